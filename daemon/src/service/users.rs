//! The machine's own users, by name and number, as `/etc/passwd` has them. It may not know what they may do.

/// A user's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    /// Their own.
    pub user: u32,
    /// That of the group they are first of all in.
    pub group: u32,
}

/// The login of a user, or their number where the machine does not know it.
pub fn login(uid: u32) -> String {
    name_of(&users(), uid).unwrap_or_else(|| format!("uid {uid}"))
}

/// The numbers of the user of this name or number; `None` where the machine does not know them.
pub fn ids(who: &str) -> Option<Ids> {
    ids_of(&users(), who)
}

fn users() -> String {
    std::fs::read_to_string("/etc/passwd").unwrap_or_default()
}

fn name_of(users: &str, uid: u32) -> Option<String> {
    let is_it = |line: &&str| line.split(':').nth(2).and_then(|id| id.parse().ok()) == Some(uid);
    users.lines().find(is_it)?.split(':').next().map(str::to_owned)
}

fn ids_of(users: &str, who: &str) -> Option<Ids> {
    let fields = |line: &str| {
        let mut fields = line.split(':');
        let (name, user, group) = (fields.next()?, fields.nth(1)?, fields.next()?);
        (name == who || user == who).then_some(())?;
        Some(Ids { user: user.parse().ok()?, group: group.parse().ok()? })
    };
    users.lines().find_map(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/bash\nana:x:1001:1002::/srv/ana:/bin/sh\n";

    #[test]
    fn a_user_is_called_by_their_login() {
        assert_eq!(name_of(USERS, 1001).as_deref(), Some("ana"));
        assert_eq!(name_of(USERS, 1002), None);
    }

    #[test]
    fn a_user_is_found_by_name_and_by_number() {
        let ana = Some(Ids { user: 1001, group: 1002 });
        assert_eq!((ids_of(USERS, "ana"), ids_of(USERS, "1001")), (ana, ana));
        assert_eq!((ids_of(USERS, "x"), ids_of(USERS, "1002"), ids_of(USERS, "")), (None, None, None));
    }
}
