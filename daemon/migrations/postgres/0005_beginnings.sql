-- The search among a million tickets. People write the beginnings of words, so each beginning of a word is in the index as it is:
-- an index of whole words would merge those of all words that begin so, most of its pages for a common one. With them is the block
-- of 2^12 ids that a ticket is in, so that the newest can be asked for alone; no word holds its sign.

SET LOCAL statement_timeout = 0;

CREATE FUNCTION ticket_beginnings(words TEXT, id BIGINT) RETURNS TEXT[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS
$$ SELECT pg_catalog.array_append(pg_catalog.array_agg(DISTINCT pg_catalog.left(word, letters)), '#' OPERATOR(pg_catalog.||) (id OPERATOR(pg_catalog.>>) 12))
   FROM pg_catalog.unnest(pg_catalog.string_to_array(words, ' ')) AS word,
        pg_catalog.generate_series(1, LEAST(pg_catalog.char_length(word), 10)) AS letters $$;

-- Without a list of what is still to be sorted in, which each search would read whole.
CREATE INDEX ticket_beginnings ON tickets USING gin (ticket_beginnings(words, id) COLLATE "C") WITH (fastupdate = off);
DROP INDEX ticket_words;
