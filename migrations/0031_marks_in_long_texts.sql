-- The first part of a long text that a query matches, or the whole where its words are far apart: how long a headline
-- takes grows with the square of the matches, and a page of texts of 32 KB took a second. Parts overlap, and the words
-- that they cut are left out of them, unless a text has no spaces.
CREATE FUNCTION matching_part(p_text text, p_asked tsquery) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  size constant integer := 4000;
  padded text := ' ' || p_text || ' ';
  part text;
BEGIN
  IF char_length(p_text) <= size THEN
    RETURN p_text;
  END IF;
  FOR at IN 1..char_length(p_text) BY size - 400 LOOP
    part := regexp_replace(substr(padded, at, size), '^\S{0,100}\s|\s\S{0,100}$', '', 'g');
    IF words_of(part) @@ p_asked THEN
      RETURN part;
    END IF;
  END LOOP;
  RETURN p_text;
END $$;
--> statement-breakpoint
-- A text with the places marked that a query matches.
CREATE OR REPLACE FUNCTION marked_text(p_text text, p_asked tsquery, p_q text, p_open text, p_close text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  marked text := headline_of(matching_part(p_text, p_asked), p_asked,
    format('StartSel=%s, StopSel=%s, MaxWords=40, MinWords=20, ShortWord=0', p_open, p_close));
  at integer := strpos(lower(p_text), lower(p_q));
BEGIN
  IF strpos(marked, p_open) = 0 AND at > 0 THEN
    RETURN substr(p_text, greatest(at - 80, 1), at - greatest(at - 80, 1)) || p_open
      || substr(p_text, at, char_length(p_q)) || p_close || substr(p_text, at + char_length(p_q), 160);
  END IF;
  -- A word of a language without spaces may be as long as a sentence.
  RETURN left(marked, 2000);
END $$;
