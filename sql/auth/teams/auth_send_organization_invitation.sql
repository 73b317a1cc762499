-- howdah_private.auth_send_organization_invitation: the mail of an invitation, to the address that is kept with it.
--
-- Runs as   invoker: the definer functions that call it are howdah_owner.
CREATE FUNCTION howdah_private.auth_send_organization_invitation(
    id pg_catalog.uuid,
    token pg_catalog.text,
    redirect_to pg_catalog.text
)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM howdah_private.auth_send_mail(
        (SELECT u.id FROM auth.users AS u WHERE u.email = i.email AND NOT u.is_sso_user), 'organization_invite', i.email, NULL,
        auth_send_organization_invitation.token, howdah_private.auth_redirect(auth_send_organization_invitation.redirect_to),
        pg_catalog.jsonb_build_object('organization', o.name, 'role', i.role))
    FROM auth.organization_invitations AS i JOIN auth.organizations AS o ON o.id = i.organization_id
    WHERE i.id = auth_send_organization_invitation.id;
END
$$;
COMMENT ON FUNCTION howdah_private.auth_send_organization_invitation(pg_catalog.uuid, pg_catalog.text,
                                                                     pg_catalog.text)
    IS 'The mail of an invitation.';
REVOKE EXECUTE ON FUNCTION howdah_private.auth_send_organization_invitation(pg_catalog.uuid, pg_catalog.text,
                                                                            pg_catalog.text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION howdah_private.auth_send_organization_invitation(pg_catalog.uuid, pg_catalog.text,
                                                                           pg_catalog.text)
    TO howdah_owner;
