CREATE SCHEMA archivo;
CREATE TABLE public.proveedores (id serial PRIMARY KEY, nombre text NOT NULL, nota text DEFAULT 'it''s -- not a comment $$');
COMMENT ON TABLE public.proveedores IS 'Proveedores: it''s a comment with
CREATE TABLE in_a_comment (';
INSERT INTO proveedores (nombre, nota) SELECT 'Proveedor Ñandú ' || i, CASE WHEN i % 3 = 0 THEN NULL ELSE E'una\tnota\ncon saltos \\. ' || i END FROM generate_series(1, 40) i;
INSERT INTO proveedores (nombre, nota) VALUES (E'CREATE TABLE falsa (\n\\.\nCREATE TABLE otra (', '-- PostgreSQL database dump complete');
CREATE TABLE public.quejas (id bigint GENERATED ALWAYS AS IDENTITY, fecha date NOT NULL, proveedor int REFERENCES proveedores, motivo text, monto numeric(12,2), PRIMARY KEY (id, fecha)) PARTITION BY RANGE (fecha);
CREATE TABLE public.quejas_2025 PARTITION OF quejas FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.quejas_2026 PARTITION OF quejas FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO quejas (fecha, proveedor, motivo, monto) SELECT date '2025-06-01' + i * 7, 1 + i % 40, 'Cobro indebido número ' || i, i * 1.25 FROM generate_series(1, 60) i;
CREATE SEQUENCE public.numeracion START 500; SELECT nextval('numeracion');
CREATE TABLE archivo.vacia (id int, dato bytea);
CREATE UNLOGGED TABLE archivo.de_paso (k text PRIMARY KEY, v text);
INSERT INTO archivo.de_paso VALUES ('a', 'b');
CREATE FOREIGN DATA WRAPPER nada; CREATE SERVER lejos FOREIGN DATA WRAPPER nada; CREATE FOREIGN TABLE public.ajena (id int) SERVER lejos;
CREATE MATERIALIZED VIEW public.por_proveedor AS SELECT proveedor, count(*) AS n FROM quejas GROUP BY 1;
CREATE VIEW public.textos AS SELECT 'CREATE TABLE en_una_vista' AS t, $a$it's$a$ AS u;
CREATE FUNCTION public.prepara() RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
  EXECUTE $$
CREATE TABLE temporal (id int);
$$;
CREATE TABLE otra_temporal (id int);
-- it's a comment
END
$fn$;
SELECT lo_from_bytea(0, convert_to(repeat('objeto grande ', 500), 'UTF8'));
SELECT lo_from_bytea(0, ''::bytea);
CREATE ROLE consulta NOLOGIN; CREATE ROLE respaldo LOGIN PASSWORD 'example'; GRANT consulta TO respaldo;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO consulta;
