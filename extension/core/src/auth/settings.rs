//! Settings of accounts: rows of `auth.settings`, under the names that GoTrue has for them, in lower case.

/// How a value is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A whole number between the two.
    Number(i64, i64),
    /// One line of text; empty is unset.
    Text,
    /// An http(s) URL without query and fragment; empty is unset.
    Url,
    /// The same, or the address of an app.
    Site,
    /// Items separated by commas.
    List,
    /// Addresses that a link or a sign-in may lead to.
    Redirects,
    /// One of these.
    Choice(&'static [&'static str]),
    /// What is kept sealed and never shown.
    Secret,
    /// Phone numbers, each with the code that it gets.
    Codes,
    /// A time.
    Moment,
    /// Ways by which text messages go out.
    Channels,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    pub name: &'static str,
    pub kind: Kind,
    pub default: &'static str,
    pub description: &'static str,
}

const fn define(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    description: &'static str,
) -> Definition {
    Definition { name, kind, default, description }
}

const DAY: i64 = 86_400;
/// More than anybody counts to.
const MANY: i64 = 1_000_000_000;
/// Ten years of seconds.
const LONG: i64 = 3650 * DAY;

/// All settings, sorted by name.
// One line a setting, however long: lines that stand alone merge.
#[rustfmt::skip]
pub const DEFINITIONS: &[Definition] = &[
    define("api_external_url", Kind::Url, "", "Address of this API as clients see it, without /auth/v1; links in mails and OAuth callbacks are built from it."),
    define("disable_signup", Kind::Switch, "false", "Nobody may sign up; invitations and the admin API still make users."),
    define("external_anonymous_users_enabled", Kind::Switch, "false", "Whether anybody may sign in without any credential, as a user of his own (is_anonymous)."),
    define("external_browser_binding", Kind::Switch, "true", "Whether the browser that comes back from a provider must be the one that was sent there (a cookie)."),
    define("external_email_enabled", Kind::Switch, "true", "Whether e-mail addresses sign up and in."),
    define("external_flow_state_expiry_duration", Kind::Number(60, 600), "600", "Seconds that somebody may take at a provider."),
    define(
        "external_keep_provider_tokens",
        Kind::Switch,
        "true",
        "Whether providers' tokens are kept (sealed), for auth.provider_token().",
    ),
    define("external_phone_enabled", Kind::Switch, "false", "Whether phone numbers sign up and in."),
    define("external_unverified_email", Kind::Choice(&["blank", "refuse"]), "blank", "What becomes of a new user whose provider does not vouch for his e-mail address: an account without one, or none."),
    define("jwt_admin_roles", Kind::List, "service_role", "Roles whose tokens may use the admin API."),
    define("jwt_aud", Kind::Text, "authenticated", "Audience of the tokens of users."),
    define("jwt_default_group_name", Kind::Text, "authenticated", "Role of new users."),
    define("jwt_exp", Kind::Number(60, DAY), "900", "Seconds that an access token is good for; its session is checked at each request anyway."),
    define("mailer_allow_unverified_email_sign_ins", Kind::Switch, "false", "Whether a user whose e-mail is not confirmed may sign in with a password."),
    define("mailer_autoconfirm", Kind::Switch, "false", "Whether e-mail addresses count as confirmed without a mail. For development."),
    define("mailer_default_locale", Kind::Text, "en", "Language of messages for users whose user_metadata has no locale; templates of it are rows of auth.templates."),
    define("mailer_invite_exp", Kind::Number(600, 30 * DAY), "86400", "Seconds that an invitation is good for."),
    define("mailer_link_page", Kind::Switch, "true", "Whether links in mails lead to a page with a button, so that programs that open links use none up. false: straight to /verify, as GoTrue does."),
    define("mailer_notifications_email_changed_enabled", Kind::Switch, "true", "Whether the former address is told that an e-mail address was changed."),
    define("mailer_notifications_identity_linked_enabled", Kind::Switch, "true", "Whether a user is told that a way to sign in was added."),
    define("mailer_notifications_identity_unlinked_enabled", Kind::Switch, "true", "Whether a user is told that a way to sign in was removed."),
    define("mailer_notifications_mfa_factor_enrolled_enabled", Kind::Switch, "true", "Whether a user is told that a second factor was added."),
    define("mailer_notifications_mfa_factor_unenrolled_enabled", Kind::Switch, "true", "Whether a user is told that a second factor was removed."),
    define("mailer_notifications_new_sign_in_enabled", Kind::Switch, "true", "Whether a user is told of a sign-in from where he did not sign in before."),
    define("mailer_notifications_password_changed_enabled", Kind::Switch, "true", "Whether a user is told that the password was changed."),
    define("mailer_notifications_phone_changed_enabled", Kind::Switch, "true", "Whether a user is told that the phone number was changed."),
    define("mailer_otp_exp", Kind::Number(60, DAY), "3600", "Seconds that a link in a mail is good for; sign-in links, and all codes, are good for 600 at most."),
    define("mailer_otp_length", Kind::Number(6, 10), "6", "Digits of a code in a mail."),
    define("mailer_secure_email_change_enabled", Kind::Switch, "true", "Whether a change of e-mail must be confirmed from both addresses."),
    define("mfa_challenge_expiry_duration", Kind::Number(10, 3600), "300", "Seconds that a challenge of a second factor is good for."),
    define("mfa_factor_expiry_duration", Kind::Number(10, DAY), "300", "Seconds after which a factor that was begun and never verified is removed by the next enrolment."),
    define("mfa_max_enrolled_factors", Kind::Number(1, 100), "10", "Factors that a user may have, those that are not verified included."),
    define("mfa_max_verified_factors", Kind::Number(1, 100), "10", "Verified factors that a user may have."),
    define("mfa_phone_enroll_enabled", Kind::Switch, "false", "Whether phones may be enrolled as second factors. Weaker than the other kinds: numbers are taken over."),
    define("mfa_phone_max_frequency", Kind::Number(0, 3600), "60", "Seconds between two messages with a code for one phone factor."),
    define("mfa_phone_otp_length", Kind::Number(6, 10), "6", "Digits of the code that is sent to a phone factor."),
    define("mfa_phone_verify_enabled", Kind::Switch, "false", "Whether phone factors that there are may be used."),
    define("mfa_rate_limit_challenge_and_verify", Kind::Number(0, MANY), "15", "Challenges and tries of second factors in a minute from one address. 0: no limit."),
    define("mfa_recovery_codes_count", Kind::Number(1, 50), "10", "Recovery codes of a set."),
    define("mfa_recovery_codes_enroll_enabled", Kind::Switch, "true", "Whether users may make recovery codes."),
    define("mfa_recovery_codes_lockout_duration", Kind::Number(1, DAY), "900", "Seconds for which recovery codes are locked after too many wrong tries."),
    define("mfa_recovery_codes_max_verify_attempts", Kind::Number(1, 100), "5", "Wrong recovery codes in a row after which they are locked."),
    define("mfa_recovery_codes_verify_enabled", Kind::Switch, "true", "Whether recovery codes that there are may be used."),
    define("mfa_totp_enroll_enabled", Kind::Switch, "true", "Whether authenticator apps may be enrolled as second factors."),
    define("mfa_totp_verify_enabled", Kind::Switch, "true", "Whether TOTP factors that there are may be used."),
    define("mfa_web_authn_enroll_enabled", Kind::Switch, "true", "Whether security keys may be enrolled as second factors."),
    define("mfa_web_authn_verify_enabled", Kind::Switch, "true", "Whether WebAuthn factors that there are may be used."),
    define("oauth_server_allow_dynamic_registration", Kind::Switch, "false", "Whether clients may register themselves (RFC 7591)."),
    define("oauth_server_authorization_path", Kind::Text, "/oauth/consent", "Path of the app's page of consent, under site_url; it is given ?authorization_id=."),
    define("oauth_server_default_scope", Kind::Text, "email", "Scopes of a client's request that names none."),
    define("oauth_server_enabled", Kind::Switch, "false", "Whether this is an OAuth 2.1 authorization server for apps of others."),
    define("oauth_server_scopes", Kind::List, "openid,email,phone,profile", "Scopes that clients may ask for."),
    define("oauth_server_session_timebox", Kind::Number(60, LONG), "7776000", "Seconds after which a client's session ends, however often it refreshes."),
    define("otp_disclose_unknown", Kind::Switch, "false", "Whether /otp says 422, as GoTrue does, where it sends nothing because the address has no account. Anybody can tell then who has one."),
    define("passkey_aal", Kind::Choice(&["aal1", "aal2"]), "aal1", "Assurance of a session that a passkey began. A passkey always verifies its user, so aal2 is defensible; aal1 is what Supabase Auth gives, and asks for a second factor where there is one."),
    define("passkey_enabled", Kind::Switch, "true", "Whether users may register passkeys and sign in by them."),
    define("passkey_max_passkeys_per_user", Kind::Number(1, 100), "10", "Passkeys that a user may have."),
    define("password_attempts_budget", Kind::Number(10, 100), "100", "Consecutive wrong passwords of one account, from wherever, after which only devices that have signed in before may try; everybody else comes in by a code."),
    define("password_attempts_delay", Kind::Number(1, 900), "10", "Seconds until the next attempt after password_attempts_limit wrong passwords; doubled by each further one, up to 15 minutes."),
    define("password_attempts_limit", Kind::Number(1, 100), "10", "Consecutive wrong passwords of one account, from one network or known device, that cost no wait."),
    define("password_blocklist_enabled", Kind::Switch, "true", "Whether new passwords that are common, or made of the e-mail address or the site's name, are refused."),
    define("password_hash_memory", Kind::Number(19_456, 262_144), "19456", "KiB of memory of a new hash (argon2id). Hashes that took less are made anew at sign-in."),
    define("password_hash_passes", Kind::Number(2, 10), "2", "Passes over that memory."),
    define("password_hash_slots", Kind::Number(0, 64), "0", "Hashes computed at a time in the whole cluster. 0: as many as the server has cores; more make each slower and none faster."),
    define("password_min_length", Kind::Number(6, 128), "8", "Characters of a new password, at least. 15 is what NIST SP 800-63B-4 asks for where there is no second factor."),
    define("password_pepper_enabled", Kind::Switch, "false", "Whether hashes also need a secret of the key file, so that a stolen dump is worth nothing. Without that file nobody can sign in with a password then."),
    define("password_required_characters", Kind::Text, "", "Sets of characters, one of each of which a new password must have, with : between the sets and \\: for a colon."),
    define("rate_limit_anonymous_users", Kind::Number(0, MANY), "30", "Anonymous sign-ins in an hour from one address. 0: no limit."),
    define("rate_limit_email_sent", Kind::Number(0, MANY), "1000", "Mails in an hour, of all accounts together. 0: no limit."),
    define("rate_limit_otp", Kind::Number(0, MANY), "30", "Requests for codes and links in five minutes from one address. 0: no limit."),
    define("rate_limit_sms_sent", Kind::Number(0, MANY), "30", "Text messages in an hour, of all accounts together. 0: no limit."),
    define("rate_limit_sso", Kind::Number(0, MANY), "30", "Sign-ins by SSO in five minutes from one address. 0: no limit."),
    define("rate_limit_token_refresh", Kind::Number(0, MANY), "150", "Refreshes that fail in five minutes from one address. 0: no limit."),
    define("rate_limit_verify", Kind::Number(0, MANY), "30", "Tries of codes and links in five minutes from one address. 0: no limit."),
    define("rate_limit_web3", Kind::Number(0, MANY), "30", "Sign-ins by wallet in five minutes from one address. 0: no limit."),
    define("refresh_token_rotation_enabled", Kind::Switch, "true", "Whether each refresh gives a new refresh token, and the use of an old one ends the session."),
    define("security_allow_plain_code_challenge", Kind::Switch, "false", "Whether PKCE may go by the method plain, which shows the verifier to who sees the request."),
    define("security_auth_code_exp", Kind::Number(10, 600), "60", "Seconds in which an auth code may be exchanged for a session."),
    define("security_captcha_enabled", Kind::Switch, "false", "Whether sign-ups, sign-ins with a password and requests for codes must bring a solved captcha (gotrue_meta_security.captcha_token)."),
    define("security_captcha_provider", Kind::Choice(&["hcaptcha", "turnstile"]), "hcaptcha", "Who says whether it is solved."),
    define("security_captcha_secret", Kind::Secret, "", "The secret that the provider of captchas gave. Kept sealed, never shown."),
    define("security_captcha_verify_url", Kind::Url, "", "Where to ask whether a captcha is solved; unset: at the provider's own address."),
    define("security_manual_linking_enabled", Kind::Switch, "false", "Whether signed-in users may link identities of providers by themselves."),
    define("security_refresh_token_reuse_interval", Kind::Number(0, 300), "10", "Seconds in which a refresh token may be presented again; the answer is the same child."),
    define("security_update_password_require_current_password", Kind::Switch, "false", "Whether a password change needs the current password (a user who came by a recovery mail or a code need not know it)."),
    define("security_update_password_require_reauthentication", Kind::Switch, "false", "Whether a password change in a session older than a day needs a nonce (reauthenticate)."),
    define("sessions_inactivity_timeout", Kind::Number(0, LONG), "0", "Seconds without a refresh after which a session ends. 0: never."),
    define("sessions_single_per_user", Kind::Switch, "false", "Whether a new session ends the user's other ones."),
    define("sessions_timebox", Kind::Number(0, LONG), "0", "Seconds after which a session ends whatever happens. 0: never."),
    define("signup_mode", Kind::Choice(&["open", "invite", "allow-list"]), "open", "Who may sign up: anybody; only those whom an administrator invites; only addresses, numbers and domains of auth.signup_allowed."),
    define("site_url", Kind::Site, "", "Address of your app: where links lead that name no other allowed place."),
    define("sms_autoconfirm", Kind::Switch, "false", "Whether phone numbers count as confirmed without a message. For development."),
    define("sms_channels", Kind::Channels, "sms", "Ways by which text messages go out, the first one where a request names none: sms, whatsapp."),
    define("sms_max_frequency", Kind::Number(0, DAY), "60", "Seconds between two text messages to one number. 0: no pause."),
    define("sms_otp_exp", Kind::Number(30, 600), "300", "Seconds that a code sent to a phone is good for."),
    define("sms_otp_length", Kind::Number(6, 10), "6", "Digits of a code sent to a phone."),
    define("sms_test_otp", Kind::Codes, "", "Phone numbers that get no message and always this code, for tests and reviewers of app stores: 4915112345678=123456,… Whoever knows the code signs in as them."),
    define("sms_test_otp_valid_until", Kind::Moment, "", "Until when they do, as 2030-12-31T23:59:59Z; unset: for ever."),
    define("smtp_max_frequency", Kind::Number(0, DAY), "60", "Seconds between two mails that somebody asked for to one address. 0: no pause."),
    define("teams_claim_max", Kind::Number(0, 500), "30", "Most memberships that an access token tells of (claim orgs)."),
    define("teams_enabled", Kind::Switch, "false", "Whether there are organisations: auth.enable_teams()."),
    define("teams_invitation_exp", Kind::Number(300, 90 * DAY), "604800", "Seconds that an invitation to an organisation is good for."),
    define("teams_max_organizations", Kind::Number(1, 10_000), "50", "Most organisations that one user may be in when he makes another."),
    define("uri_allow_list", Kind::Redirects, "", "Where links and sign-ins may lead besides the origin of site_url: exact addresses, * and ** in paths of https ones, addresses of apps, loopback http."),
    define("user_api_keys_enabled", Kind::Switch, "false", "Whether users and organisations may have API keys."),
    define("user_api_keys_max_age", Kind::Number(0, LONG), "31536000", "Seconds that an API key of a user or organisation is good for at most. 0: for ever."),
    define("webauthn_challenge_expiry_duration", Kind::Number(10, 3600), "300", "Seconds that the challenge of a passkey is good for."),
    define("webauthn_rp_display_name", Kind::Text, "", "Name that authenticators show; unset: the relying party's id."),
    define("webauthn_rp_id", Kind::Text, "", "Domain that passkeys and security keys are bound to; unset: the host of site_url. Changed, the ones that there are work no more."),
    define("webauthn_rp_origins", Kind::List, "", "Origins (https://…) that may use them, within that domain; unset: the origin of site_url."),
];

/// The definition of a setting.
#[must_use]
pub fn find(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.binary_search_by(|d| d.name.cmp(name)).ok().and_then(|n| DEFINITIONS.get(n))
}

/// Checks a value and returns it in its normal form.
///
/// # Errors
/// A sentence that says what would be right.
pub fn check(name: &str, value: &str) -> Result<String, String> {
    let definition = find(name)
        .ok_or_else(|| format!("there is no setting \"{name}\"; auth.settings_all lists them"))?;
    definition.kind.check(value).map_err(|what| format!("{name} {what}"))
}

/// The table for docs/SETTINGS.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "\n## Accounts\n\nRows of `auth.settings`: `auth.get(name)`, `auth.set(name, value)`, `auth.reset(name)`; `auth.settings_all` shows \
         them all. Names are GoTrue's, in lower case and without its prefix, where it has the setting.\n\n\
         | name | value | default | meaning |\n|---|---|---|---|\n",
    );
    for d in DEFINITIONS {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            d.name,
            d.kind.name().replace('|', "or"),
            if d.default.is_empty() { "unset".to_owned() } else { format!("`{}`", d.default) },
            d.description
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_sorted_and_defaults_pass_their_own_check() {
        assert!(DEFINITIONS.is_sorted_by(|a, b| a.name < b.name));
        for d in DEFINITIONS {
            assert_eq!(check(d.name, d.default).as_deref(), Ok(d.default), "{}", d.name);
        }
    }

    #[test]
    fn says_what_would_be_right() {
        assert_eq!(check("jwt_exp", "3600").as_deref(), Ok("3600"));
        assert!(check("jwt_exp", "1").unwrap_err().contains("60"));
        assert_eq!(check("mailer_autoconfirm", "on").as_deref(), Ok("true"));
        assert_eq!(check("site_url", "https://a.example/").as_deref(), Ok("https://a.example"));
        for bad in ["ftp://a", "https://u@a", "https://a/?q", "nonsense", "https://a\nb"] {
            assert!(check("site_url", bad).is_err(), "{bad}");
        }
        assert!(check("nonsense", "1").unwrap_err().contains("auth.settings_all"));
    }
}
