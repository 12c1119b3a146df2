-- Whether a user may see a prompt, and use it: their own, or anybody's public one.
CREATE OR REPLACE FUNCTION may_use_prompt(prompt system_prompts, p_user_id text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT prompt.owner_id = p_user_id OR prompt.visibility = 'public'
$$;
