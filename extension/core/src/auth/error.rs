//! Errors of `/auth/v1`: the dialect's slugs, each with its status and default message.
//!
//! Source: the public reference of Supabase Auth's error codes, and its answers as the clients' tests expect them.

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// `error_code`.
    pub slug: &'static str,
    /// HTTP status. Never 5xx for what a user can cause: clients retry those.
    pub status: u16,
    /// Default message; a flow may give its own.
    pub message: &'static str,
}

const fn spec(slug: &'static str, status: u16, message: &'static str) -> Spec {
    Spec { slug, status, message }
}

/// All of them, sorted by slug.
pub const TABLE: &[Spec] = &[
    spec("anonymous_provider_disabled", 422, "Anonymous sign-ins are disabled"),
    spec("api_key_not_found", 404, "API key not found"),
    spec("bad_code_verifier", 400, "code challenge does not match previously saved code verifier"),
    spec("bad_json", 400, "Could not parse request body as JSON"),
    spec("bad_jwt", 403, "invalid JWT: unable to parse or verify signature"),
    spec("bad_oauth_callback", 400, "OAuth callback with missing or invalid parameters"),
    spec("bad_oauth_state", 400, "OAuth state parameter is missing or invalid"),
    spec("captcha_failed", 400, "captcha protection: request disallowed"),
    spec("conflict", 409, "The request conflicts with another; try again"),
    spec("current_password_invalid", 400, "Current password required when setting new password."),
    spec("current_password_required", 400, "Current password required when setting new password."),
    spec("custom_provider_not_found", 404, "Custom OAuth provider not found"),
    spec("email_address_invalid", 400, "Email address is invalid"),
    spec(
        "email_address_not_authorized",
        400,
        "Email address cannot be used as it is not authorized",
    ),
    spec(
        "email_conflict_identity_not_deletable",
        422,
        "Unable to unlink identity due to email conflict",
    ),
    spec("email_exists", 422, "A user with this email address has already been registered"),
    spec("email_not_confirmed", 400, "Email not confirmed"),
    spec("email_provider_disabled", 400, "Email signups are disabled"),
    spec("feature_disabled", 404, "This feature is disabled"),
    spec("flow_state_expired", 403, "invalid flow state, flow state has expired"),
    spec("flow_state_not_found", 404, "invalid flow state, no valid flow state found"),
    spec("hook_failed", 500, "Error running hook"),
    spec("hook_payload_invalid_content_type", 500, "A hook answered in another form than asked"),
    spec("hook_rejected", 403, "A hook refused the request"),
    spec("hook_timeout", 422, "A hook did not answer in time"),
    spec("identity_already_exists", 422, "Identity is already linked to another user"),
    spec("identity_not_found", 422, "Identity doesn't exist"),
    spec("insufficient_aal", 401, "AAL2 session is required to perform this action"),
    spec("insufficient_role", 403, "Your role in the organisation does not allow this"),
    spec("invalid_credentials", 400, "Invalid login credentials"),
    spec("invite_not_found", 404, "Invite not found"),
    spec("last_owner", 422, "The organisation needs an owner: transfer it first"),
    spec("manual_linking_disabled", 404, "Manual linking is disabled"),
    spec("member_not_found", 404, "Nobody of that id is a member"),
    spec("method_not_allowed", 405, "Method not allowed"),
    spec(
        "mfa_challenge_expired",
        422,
        "MFA challenge has expired, verify against another challenge or create a new challenge.",
    ),
    spec(
        "mfa_factor_name_conflict",
        422,
        "A factor with the friendly name for this user already exists",
    ),
    spec("mfa_factor_not_found", 404, "Factor not found"),
    spec("mfa_ip_address_mismatch", 422, "Challenge and verify IP addresses mismatch"),
    spec("mfa_phone_enroll_not_enabled", 422, "MFA enroll is disabled for Phone"),
    spec("mfa_phone_verify_not_enabled", 422, "MFA verification is disabled for Phone"),
    spec("mfa_recovery_codes_enroll_not_enabled", 422, "MFA enroll is disabled for recovery codes"),
    spec(
        "mfa_recovery_codes_locked",
        429,
        "Too many failed verification attempts, try again later",
    ),
    spec(
        "mfa_recovery_codes_sole_factor",
        422,
        "At least one other verified factor is required to generate recovery codes",
    ),
    spec(
        "mfa_recovery_codes_verify_not_enabled",
        422,
        "MFA verification is disabled for recovery codes",
    ),
    spec("mfa_totp_enroll_not_enabled", 422, "MFA enroll is disabled for TOTP"),
    spec("mfa_totp_verify_not_enabled", 422, "MFA verification is disabled for TOTP"),
    spec("mfa_verification_failed", 422, "Invalid TOTP code entered"),
    spec("mfa_verification_rejected", 403, "MFA verification was rejected"),
    spec(
        "mfa_verified_factor_exists",
        422,
        "A verified phone factor already exists, unenroll the existing factor to continue",
    ),
    spec("mfa_webauthn_enroll_not_enabled", 422, "MFA enroll is disabled for WebAuthn"),
    spec("mfa_webauthn_verify_not_enabled", 422, "MFA verification is disabled for WebAuthn"),
    spec("no_authorization", 401, "This endpoint requires a valid Bearer token"),
    spec("not_admin", 403, "User not allowed"),
    spec("not_found", 404, "404 page not found"),
    spec("oauth_authorization_not_found", 404, "authorization not found"),
    spec(
        "oauth_client_not_allowed",
        403,
        "This endpoint is for the user's own session, not for an OAuth client",
    ),
    spec("oauth_client_not_found", 404, "OAuth client not found"),
    spec("oauth_consent_not_found", 404, "No active grant for this client"),
    spec(
        "oauth_dynamic_client_registration_disabled",
        403,
        "Dynamic client registration is not enabled",
    ),
    spec("oauth_provider_not_supported", 400, "Unsupported provider: provider is not enabled"),
    spec("organization_not_found", 404, "Organisation not found"),
    spec("otp_disabled", 422, "Signups not allowed for otp"),
    spec("otp_expired", 403, "Token has expired or is invalid"),
    spec("over_email_send_rate_limit", 429, "email rate limit exceeded"),
    spec("over_quota", 422, "There are as many as there may be"),
    spec("over_request_rate_limit", 429, "Request rate limit reached"),
    spec("over_sms_send_rate_limit", 429, "SMS rate limit exceeded"),
    spec("passkey_disabled", 404, "Passkey is disabled"),
    spec("phone_exists", 422, "A user with this phone number has already been registered"),
    spec("phone_not_confirmed", 400, "Phone not confirmed"),
    spec("phone_provider_disabled", 400, "Phone signups are disabled"),
    spec("provider_disabled", 400, "Provider is disabled"),
    spec(
        "provider_email_needs_verification",
        422,
        "Unverified email with this provider. Verify the email with the provider in order to sign in",
    ),
    spec("provider_token_not_found", 404, "No token of this provider is kept; sign in by it again"),
    spec("push_device_not_found", 404, "No device of yours has this id"),
    spec("push_sender_not_found", 404, "Web Push is not set up"),
    spec("push_subscription_limit", 422, "Too many subscriptions"),
    spec("push_topic_not_found", 404, "No topic of this name is open"),
    spec("reauthentication_needed", 400, "Password update requires reauthentication"),
    spec("reauthentication_not_valid", 400, "Nonce has expired or is invalid"),
    spec("refresh_token_already_used", 400, "Invalid Refresh Token: Already Used"),
    spec("refresh_token_not_found", 400, "Invalid Refresh Token: Refresh Token Not Found"),
    spec("request_timeout", 504, "Processing this request timed out, please retry after a moment."),
    spec("request_too_large", 413, "The request is larger than this route allows"),
    spec("same_password", 422, "New password should be different from the old password."),
    spec("saml_entity_id_mismatch", 400, "The metadata is of another provider"),
    spec(
        "saml_idp_already_exists",
        422,
        "SAML Identity Provider with this EntityID already exists",
    ),
    spec("saml_provider_disabled", 404, "SAML 2.0 is disabled"),
    spec("session_expired", 400, "Invalid Refresh Token: Session Expired"),
    spec("session_not_found", 403, "Session from session_id claim in JWT does not exist"),
    spec("signup_disabled", 422, "Signups not allowed for this instance"),
    spec(
        "single_identity_not_deletable",
        422,
        "User must have at least 1 identity after unlinking",
    ),
    spec(
        "site_url_missing",
        500,
        "The site's URL is not set: SELECT auth.set('site_url', 'https://…')",
    ),
    spec("sms_send_failed", 422, "The message could not be sent"),
    spec("sso_domain_already_exists", 400, "SSO domain is already assigned to a provider"),
    spec("sso_provider_not_found", 404, "No such SSO provider"),
    spec(
        "too_many_enrolled_mfa_factors",
        422,
        "Maximum number of verified factors reached, unenroll to continue",
    ),
    spec("too_many_passkeys", 422, "Maximum number of passkeys reached"),
    spec(
        "unexpected_failure",
        500,
        "Unexpected failure, please check server logs for more information",
    ),
    spec("user_already_exists", 422, "User already registered"),
    spec("user_banned", 400, "Invalid Refresh Token: User Banned"),
    spec("user_not_found", 404, "User not found"),
    spec(
        "user_sso_managed",
        422,
        "Updating email, phone, password of a SSO account only possible via SSO",
    ),
    spec("validation_failed", 400, "Validation failed"),
    spec("weak_password", 422, "Password is too weak"),
    spec("webauthn_challenge_expired", 400, "Challenge has expired"),
    spec("webauthn_challenge_not_found", 400, "Challenge not found or already used"),
    spec("webauthn_credential_exists", 422, "This credential is already registered"),
    spec("webauthn_verification_failed", 400, "Credential verification failed"),
];

/// The line of a slug.
#[must_use]
pub fn find(slug: &str) -> Option<Spec> {
    TABLE.binary_search_by(|line| line.slug.cmp(slug)).ok().and_then(|n| TABLE.get(n).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_so_that_every_slug_is_found() {
        assert!(TABLE.is_sorted_by(|a, b| a.slug < b.slug));
        assert!(TABLE.iter().all(|line| find(line.slug) == Some(*line)));
        assert_eq!(find("no_such"), None);
    }
}
