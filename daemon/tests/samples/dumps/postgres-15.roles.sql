--
-- PostgreSQL database cluster dump
--

\restrict NhVLXYSZUy9cXOmbeAHnCKPCw0bYICxYLS9fJ3BMUfHwULdrkoWgvJ8Kvl06U6L

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE consulta;
ALTER ROLE consulta WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE respaldo;
ALTER ROLE respaldo WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'SCRAM-SHA-256$4096:En98juKHbQHYGgw+ZBFfeg==$BvpsUziSiTpd/fLTgSAw/DiYctLKNsvPJt+pGwlEeDs=:z+dtf469MrLb6Qa+nCNs62nhe+dtj+JyTb0z7Hueh9U=';

--
-- User Configurations
--


--
-- Role memberships
--

GRANT consulta TO respaldo GRANTED BY postgres;






\unrestrict NhVLXYSZUy9cXOmbeAHnCKPCw0bYICxYLS9fJ3BMUfHwULdrkoWgvJ8Kvl06U6L

--
-- PostgreSQL database cluster dump complete
--

