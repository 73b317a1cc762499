-- howdah.post_social: a post to a social network, when the transaction commits.
--
-- Runs as   definer: writes the outbox.
-- Takes     network: a row of howdah.senders of kind social. user_id: post as this user, by the token that the network gave
--           when he signed in by it (settings.provider of the sender, else the driver's name, says which provider that is;
--           his sign-in must have asked for the right to post); NULL: as the account whose token is the sender's secret.
-- Writes    a row of the outbox.
-- Returns   its id.
-- Raises    22023 for no such sender, no text, one of more than 10,000 characters, a link that is none; P0002 if the user has
--           no token of that provider.
CREATE FUNCTION howdah.post_social(
    network pg_catalog.text,
    text    pg_catalog.text,
    link    pg_catalog.text        DEFAULT NULL,
    user_id pg_catalog.uuid        DEFAULT NULL,
    title   pg_catalog.text        DEFAULT NULL,
    due_at  pg_catalog.timestamptz DEFAULT pg_catalog.now(),
    tenant  pg_catalog.text        DEFAULT ''
)
RETURNS pg_catalog.int8
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_provider pg_catalog.text;
    v_account  pg_catalog.text;
BEGIN
    PERFORM howdah_private.sender_check_text(post_social.text, 10000);
    PERFORM howdah_private.sender_check_name('social', COALESCE(post_social.network, ''));
    IF post_social.link !~ '^https?://[!-~]+$' OR pg_catalog.length(post_social.link) > 2000 THEN
        RAISE EXCEPTION 'link: a URL' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF post_social.user_id IS NOT NULL THEN
        SELECT COALESCE(s.settings ->> 'provider', CASE s.driver WHEN 'linkedin' THEN 'linkedin_oidc' ELSE s.driver END)
        INTO v_provider FROM howdah.senders AS s WHERE s.name = post_social.network;
        SELECT i.provider_id INTO v_account
        FROM auth.provider_tokens AS t JOIN auth.identities AS i ON i.id = t.identity_id
        WHERE t.user_id = post_social.user_id AND t.provider = v_provider
        ORDER BY t.updated_at DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the user has no token of the provider %', v_provider USING ERRCODE = 'no_data_found';
        END IF;
    END IF;
    RETURN howdah_private.sender_add(
        'social', COALESCE(v_account, post_social.network), pg_catalog.jsonb_build_object(
            'text', post_social.text, 'link', post_social.link, 'title', post_social.title, 'account', v_account,
            'sender', post_social.network, 'provider', v_provider),
        post_social.tenant, post_social.due_at, post_social.user_id);
END
$$;
ALTER FUNCTION howdah.post_social(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) OWNER TO howdah_owner;
COMMENT ON FUNCTION howdah.post_social(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text)
    IS 'A post to a social network, when the transaction commits.';
REVOKE EXECUTE ON FUNCTION howdah.post_social(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah.post_social(
    pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.uuid, pg_catalog.text, pg_catalog.timestamptz, pg_catalog.text) TO service_role;
