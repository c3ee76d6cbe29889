# What there is on a server that could be kept. It reads and changes nothing. Each line of the answer is a word and its fields, with tabs
# between them; `lack` says what is there and could not be asked.
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
tab=$(printf '\t')
# Whoever becomes somebody else may not be let into this login's folder.
cd /

say() {
    line=
    for field in "$@"; do
        line=$line$tab$(printf %s "$field" | tr '\t\n\r' '   ')
    done
    printf '%s\n' "${line#"$tab"}"
}
# No question may hang: a database that does not answer is one that could not be asked.
within() {
    if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift; "$@"; fi
}

name=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release 2>/dev/null)
say system "${name:-$(uname -s)}" "$(id -un)"
for tool in pg_dump psql mariadb-dump mysqldump mariadb mysql sqlite3 tar zstd sudo docker podman; do
    path=$(command -v "$tool") && say tool "$tool" "$path" "$(within 5 "$tool" --version </dev/null 2>/dev/null | head -n 1)"
done
for folder in /tmp /var/tmp "$HOME"; do
    df -Pk "$folder" 2>/dev/null | awk -v folder="$folder" -v OFS='\t' 'NR == 2 { print "room", folder, $4 }'
done

# PostgreSQL: each cluster by its socket, as this login or as the superuser.
postgres() {
    query="SELECT 'postgres', translate(datname, E'\\t\\n\\r', '   '), CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END,
        current_setting('server_version') FROM pg_database
        WHERE datallowconn AND NOT datistemplate ORDER BY datname"
    for way in '' 'sudo -n -u postgres'; do
        # Unquoted: the way is words.
        answer=$(within 20 $way psql -X -w -A -t -F "$tab" -h "$1" -p "$2" -d postgres -c "$query" </dev/null 2>&1) && {
            printf '%s\n' "$answer" | grep "^postgres$tab" | while IFS= read -r row; do
                printf '%s\t%s\t%s\t%s\n' "$row" "$2" "$1" "$way"
            done
            return
        }
    done
    say lack postgres "$1 port $2" "$(printf '%s' "$answer" | tail -n 1)"
}
for socket in /var/run/postgresql/.s.PGSQL.* /tmp/.s.PGSQL.*; do
    case $socket in
    *.lock | *'*') continue ;;
    esac
    if command -v psql >/dev/null 2>&1; then
        postgres "$(dirname "$socket")" "${socket##*.}"
    else
        say lack postgres "$socket" 'there is no psql here'
    fi
done

# MySQL and MariaDB.
mysql_asked() {
    query="SELECT 'mysql', s.schema_name, COALESCE(SUM(t.data_length + t.index_length), 0), VERSION()
        FROM information_schema.schemata s LEFT JOIN information_schema.tables t ON t.table_schema = s.schema_name
        WHERE s.schema_name NOT IN ('information_schema', 'performance_schema', 'sys', 'mysql') GROUP BY s.schema_name"
    for way in '' 'sudo -n'; do
        answer=$(within 20 $way "$1" -N -B --connect-timeout=10 -e "$query" </dev/null 2>&1) && {
            printf '%s\n' "$answer" | grep "^mysql$tab" | while IFS= read -r row; do printf '%s\t%s\n' "$row" "$way"; done
            return
        }
    done
    say lack mysql "$1" "$(printf '%s' "$answer" | tail -n 1)"
}
for client in mariadb mysql; do
    if command -v "$client" >/dev/null 2>&1; then
        for socket in /run/mysqld/mysqld.sock /var/run/mysqld/mysqld.sock /var/lib/mysql/mysql.sock /tmp/mysql.sock; do
            [ -S "$socket" ] && { mysql_asked "$client"; break; }
        done
        break
    fi
done

# The trees of web servers.
roots() {
    for file in /etc/apache2/sites-enabled/* /etc/httpd/conf/httpd.conf /etc/httpd/conf.d/*.conf; do
        [ -r "$file" ] && sed -n 's/^[[:space:]]*DocumentRoot[[:space:]]\{1,\}"\{0,1\}\([^"]*[^"[:space:]]\)"\{0,1\}[[:space:]]*$/apache\t\1/p' "$file"
    done
    for file in /etc/nginx/nginx.conf /etc/nginx/sites-enabled/* /etc/nginx/conf.d/*.conf; do
        [ -r "$file" ] && sed -n 's/^[[:space:]]*root[[:space:]]\{1,\}"\{0,1\}\([^";]*\)"\{0,1\}[[:space:]]*;.*$/nginx\t\1/p' "$file"
    done
}
roots | sort -u | while IFS=$tab read -r by root; do
    [ -d "$root" ] || continue
    size=$(within 30 du -skx "$root" 2>/dev/null | cut -f 1)
    # Something in it may be closed to this login, which a dump would find out late.
    closed=$(within 30 find "$root" -xdev ! -readable -print 2>/dev/null | head -n 1)
    say web "$by" "$root" "$size" "$closed"
done

# SQLite files, by their content.
{ roots | cut -f 2; printf '%s\n' /var/lib /srv /opt /home; } | sort -u | while IFS= read -r folder; do
    [ -d "$folder" ] || continue
    within 30 find "$folder" -xdev -type f -size +0 \( -name '*.db' -o -name '*.db3' -o -name '*.sqlite' -o -name '*.sqlite3' \) -print 2>/dev/null
done | sort -u | head -n 500 | while IFS= read -r file; do
    [ "$(head -c 15 "$file" 2>/dev/null)" = 'SQLite format 3' ] && say sqlite "$file" "$(wc -c <"$file")"
done

# Containers are named, and no more: only who runs them knows how what is in them is dumped.
for engine in docker podman; do
    for way in '' 'sudo -n'; do
        answer=$(within 10 $way "$engine" ps --format "container$tab{{.Names}}$tab{{.Image}}" </dev/null 2>/dev/null) && {
            printf '%s\n' "$answer" | grep "^container$tab" | while IFS= read -r row; do
                printf '%s\t%s\n' "$row" "${way:+$way }$engine"
            done
            break
        }
    done
done
say end
