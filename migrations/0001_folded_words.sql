-- What is searched and compared is folded: composed as one (NFC), letter case, width, accents and vowel points aside,
-- and letters that have no accent to lose as the ones that people write for them. Texts are stored as they came.
CREATE FUNCTION fold_text(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(p_text) = char_length(p_text) THEN lower(p_text)
  ELSE replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    normalize(regexp_replace(lower(normalize(p_text, NFKD)),
      '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc]+',
      '', 'g'), NFC),
    'ł', 'l'), 'đ', 'd'), 'ð', 'd'), 'ø', 'o'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'ı', 'i'), 'ħ', 'h'), 'þ', 'th'),
    'ς', 'σ') END;
--> statement-breakpoint
-- A space for each sign that the parser would join words at, or take for a number, an address, a path or a tag.
CREATE FUNCTION without_signs(p_text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(p_text,
  '.', ' '), '/', ' '), '-', ' '), '@', ' '), '_', ' '), '~', ' '), '+', ' '), '<', ' '), '>', ' '), '&', ' ');
--> statement-breakpoint
-- The words of a text: all that is searched is made of them, and no other function asks the parser for any. Of the
-- first 250 000 characters, because a tsvector has 1 MB at most, and a text with more words could not be stored.
CREATE OR REPLACE FUNCTION words_of(p_text text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, left(without_signs(fold_text(left(p_text, 250000))), 250000));
--> statement-breakpoint
-- Rebuilt after the migrations, without keeping anybody from writing: until then it has the older words of older texts.
COMMENT ON INDEX messages_search IS 'to be rebuilt';
--> statement-breakpoint
UPDATE notes SET content = content WHERE words IS DISTINCT FROM words_of(coalesce(title, '') || ' ' || content);
--> statement-breakpoint
WITH older AS (
  DELETE FROM search_words WHERE tsvector_to_array(words_of(word)) <> ARRAY[word] RETURNING owner_id, word)
INSERT INTO search_words (owner_id, word)
SELECT DISTINCT older.owner_id, w COLLATE "C" FROM older CROSS JOIN unnest(tsvector_to_array(words_of(older.word))) AS w
WHERE char_length(w) BETWEEN 3 AND 100 AND ltrim(w, '0123456789') <> '' ON CONFLICT DO NOTHING;
--> statement-breakpoint
DELETE FROM search_words USING (
  SELECT owner_id, word, row_number() OVER (PARTITION BY owner_id ORDER BY word) AS place FROM search_words) AS counted
WHERE search_words.owner_id = counted.owner_id AND search_words.word = counted.word AND counted.place > 50000;
