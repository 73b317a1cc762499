-- auth.accept_organization_invitation: POST /organizations/invitations/accept: join by the token of a mail.
--
-- The token works once, and only for who has the address that it was sent to, confirmed: a mail that is passed on lets nobody else in.
--
-- Runs as   definer: writes auth.organization_members.
-- Writes    the membership, the invitation's end, one audit row. An owner's or manager's role that he has already is not lowered.
-- Returns   200 and the organisation; 404 invite_not_found for a token that is unknown, used, over or another's; what auth_team_caller
--           refuses.
CREATE FUNCTION auth.accept_organization_invitation(token pg_catalog.text DEFAULT NULL)
RETURNS auth.answer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_caller record;
    v_invite record;
    v_role   pg_catalog.text;
BEGIN
    SELECT c.* INTO v_caller FROM howdah_private.auth_team_caller(NULL, 'user') AS c;
    IF (v_caller.refusal).status IS NOT NULL THEN
        RETURN v_caller.refusal;
    END IF;
    DELETE FROM auth.organization_invitations AS i
    WHERE i.token_hash = howdah_private.auth_token_digest(COALESCE(accept_organization_invitation.token, ''))
      AND i.expires_at > pg_catalog.now()
      AND i.email = (SELECT u.email FROM auth.users AS u WHERE u.id = v_caller.user_id AND u.email_confirmed_at IS NOT NULL)
    RETURNING i.id, i.organization_id, i.role INTO v_invite;
    IF NOT FOUND THEN
        RETURN howdah_private.auth_refuse('invite_not_found');
    END IF;
    INSERT INTO auth.organization_members AS m (organization_id, user_id, role)
    VALUES (v_invite.organization_id, v_caller.user_id, v_invite.role)
    ON CONFLICT ON CONSTRAINT organization_members_pkey DO NOTHING;
    SELECT m.role INTO v_role FROM auth.organization_members AS m
    WHERE m.organization_id = v_invite.organization_id AND m.user_id = v_caller.user_id;
    PERFORM howdah_private.auth_audit('organization_joined', v_caller.user_id, pg_catalog.jsonb_build_object(
        'organization_id', v_invite.organization_id, 'invitation_id', v_invite.id, 'role', v_role));
    RETURN howdah_private.auth_reply(howdah_private.auth_organization_json(v_invite.organization_id, v_role));
END
$$;
ALTER FUNCTION auth.accept_organization_invitation(pg_catalog.text)
    OWNER TO howdah_owner;
COMMENT ON FUNCTION auth.accept_organization_invitation(pg_catalog.text)
    IS 'POST /organizations/invitations/accept.';
REVOKE EXECUTE ON FUNCTION auth.accept_organization_invitation(pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.accept_organization_invitation(pg_catalog.text)
    TO anon, authenticated, service_role;
