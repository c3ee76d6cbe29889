--
-- PostgreSQL database cluster dump
--

\restrict fNXW3HHIG0qxd4XegcbcOsiPjJfQ7A8qK6j2Y2EVhEyM8IsdnztIXfcgnoSeznt

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
ALTER ROLE respaldo WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'SCRAM-SHA-256$4096:8zrSOfxW8G9XsQZi6IpEaA==$i8PyjJlOAn4xQQgttuSBqV8PgDUVthzAt1DUmbydXCI=:m8GI2p8SnErUTKfJA9X0qP2wk74kZX4OzLg+yACUI1k=';

--
-- User Configurations
--


--
-- Role memberships
--

GRANT consulta TO respaldo WITH INHERIT TRUE GRANTED BY postgres;






\unrestrict fNXW3HHIG0qxd4XegcbcOsiPjJfQ7A8qK6j2Y2EVhEyM8IsdnztIXfcgnoSeznt

--
-- PostgreSQL database cluster dump complete
--

