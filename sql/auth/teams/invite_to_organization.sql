-- auth.invite_to_organization: POST /organizations/{organization_id}/invitations: a mail with a token that lets its addressee join. Managers
-- may; to a managing role only owners.
--
-- A second invitation of the same address takes the first one's place. The answer tells nothing about whether the address has an account.
--
-- Runs as   definer: writes auth.organization_invitations.
-- Writes    the invitation, a mail, one audit row.
-- Returns   201 and the invitation, without its token; 422 conflict if he is a member already; 429; 400 validation_failed; 403
--           insufficient_role; what auth_team_caller refuses.
CREATE FUNCTION auth.invite_to_organization(
    organization_id pg_catalog.text DEFAULT NULL,
    email pg_catalog.text DEFAULT NULL,
    role pg_catalog.text DEFAULT NULL,
    redirect_to pg_catalog.text DEFAULT NULL
)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller  record;
    v_email   pg_catalog.text := howdah_private.auth_normalize_email(invite_to_organization.email);
    v_role    pg_catalog.text := COALESCE(NULLIF(invite_to_organization.role, ''), 'member');
    v_manages pg_catalog.bool;
    v_limited auth.answer;
    v_token   pg_catalog.text := 'hw_oi_' || howdah_private.random_token(32);
    v_id      pg_catalog.uuid;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(invite_to_organization.organization_id, 'manage') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    IF v_email IS NULL THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'Unable to validate email address: invalid format');
    END IF;
    SELECT r.manages INTO v_manages FROM auth.organization_roles AS r WHERE r.organization_id = v_caller.id AND r.role = v_role;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('validation_failed', 'The organisation has no such role');
    ELSIF v_manages AND v_caller.role <> 'owner' THEN
        RETURN howdah_private.auth_refuse('insufficient_role');
    END IF;
    IF EXISTS (SELECT 1 FROM auth.organization_members AS m JOIN auth.users AS u ON u.id = m.user_id
               WHERE m.organization_id = v_caller.id AND u.email = v_email) THEN
        RETURN howdah_private.auth_refuse('conflict', 'This address is a member''s');
    END IF;
    v_limited := howdah_private.auth_check_rate('email_send', v_email);
    IF (v_limited).status IS NOT NULL THEN
        RETURN v_limited;
    END IF;
    INSERT INTO auth.organization_invitations AS i (organization_id, email, role, token_hash, invited_by, expires_at)
    VALUES (v_caller.id, v_email, v_role, howdah_private.auth_token_digest(v_token), v_caller.user_id,
            pg_catalog.now() + pg_catalog.make_interval(secs => auth.get('teams_invitation_exp')::pg_catalog.int4))
    ON CONFLICT ON CONSTRAINT organization_invitations_organization_id_email_key
    DO UPDATE SET role = excluded.role, token_hash = excluded.token_hash, invited_by = excluded.invited_by,
                  created_at = pg_catalog.now(), expires_at = excluded.expires_at
    RETURNING i.id INTO v_id;
    PERFORM howdah_private.auth_send_organization_invitation(v_id, v_token, invite_to_organization.redirect_to);
    PERFORM howdah_private.auth_audit('organization_invited', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_caller.id, 'invitation_id', v_id, 'role', v_role));
    RETURN howdah_private.auth_reply(howdah_private.auth_invitation_json(v_id), 201);
END
$$;
ALTER FUNCTION auth.invite_to_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.invite_to_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)
    IS 'POST /organizations/{organization_id}/invitations.';
REVOKE EXECUTE ON FUNCTION auth.invite_to_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                       pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.invite_to_organization(pg_catalog.text, pg_catalog.text, pg_catalog.text,
                                                      pg_catalog.text)
    TO anon, authenticated, service_role;
