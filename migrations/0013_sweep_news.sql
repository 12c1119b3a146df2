-- reply_news leaves repeated requests out by their outcome; a conversation that was swept has one too.
CREATE OR REPLACE FUNCTION sweep_replies_with_news(p jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  answer jsonb := sweep_replies(p);
BEGIN
  RETURN answer || jsonb_build_object('ended', (
    SELECT coalesce(jsonb_agg(e || jsonb_build_object('news',
      reply_news(e || '{"outcome": "expired"}', e->>'ownerId'))), '[]')
    FROM jsonb_array_elements(answer->'ended') AS e));
END $$;
