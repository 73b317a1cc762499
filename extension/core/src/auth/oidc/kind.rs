//! What is known beforehand of the providers that Howdah knows by name. All of it can be overridden in the provider's row.

/// How the token endpoint wants to know the client (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuth {
    Post,
    Basic,
}

impl ClientAuth {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "client_secret_post",
            Self::Basic => "client_secret_basic",
        }
    }
}

/// Endpoints may begin with `{base}`, which `base_url` takes the place of (self-hosted GitLab, a tenant of Microsoft).
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    pub kind: &'static str,
    /// Empty where the kind has none of its own and `base_url` must be given.
    pub base: &'static str,
    pub authorization: &'static str,
    pub token: &'static str,
    /// Empty: all is in the ID token.
    pub userinfo: &'static str,
    /// A second document with the addresses (GitHub).
    pub emails: &'static str,
    /// Empty: no ID tokens.
    pub jwks: &'static str,
    pub issuer: &'static str,
    /// `iss` of the identity, as GoTrue has it; empty: that of the ID token.
    pub identity_issuer: &'static str,
    pub scopes: &'static [&'static str],
    pub client_auth: ClientAuth,
    /// Whether a challenge may be sent. Providers that do not know PKCE ignore it, LinkedIn refuses.
    pub pkce: bool,
    /// Whether a nonce that is sent comes back.
    pub nonce: bool,
    /// The answer comes as a form of another site (Apple).
    pub form_post: bool,
    /// Fixed parameters of the authorization request.
    pub parameters: &'static [(&'static str, &'static str)],
}

const OAUTH2: Preset = Preset {
    kind: "oauth2",
    base: "",
    authorization: "",
    token: "",
    userinfo: "",
    emails: "",
    jwks: "",
    issuer: "",
    identity_issuer: "",
    scopes: &[],
    client_auth: ClientAuth::Post,
    pkce: true,
    nonce: false,
    form_post: false,
    parameters: &[],
};

const OIDC: Preset =
    Preset { kind: "oidc", scopes: &["openid", "email", "profile"], nonce: true, ..OAUTH2 };

/// The kinds, in the order of the documentation; `oidc` and `oauth2` are the generic ones.
pub const PRESETS: &[Preset] = &[
    Preset {
        kind: "google",
        base: "https://accounts.google.com",
        authorization: "{base}/o/oauth2/v2/auth",
        token: "https://oauth2.googleapis.com/token",
        jwks: "https://www.googleapis.com/oauth2/v3/certs",
        issuer: "https://accounts.google.com",
        ..OIDC
    },
    Preset {
        kind: "apple",
        base: "https://appleid.apple.com",
        authorization: "{base}/auth/authorize",
        token: "{base}/auth/token",
        jwks: "{base}/auth/keys",
        issuer: "https://appleid.apple.com",
        scopes: &["openid", "email", "name"],
        pkce: false,
        form_post: true,
        parameters: &[("response_mode", "form_post")],
        ..OIDC
    },
    Preset {
        kind: "github",
        base: "https://github.com",
        authorization: "{base}/login/oauth/authorize",
        token: "{base}/login/oauth/access_token",
        userinfo: "https://api.github.com/user",
        emails: "https://api.github.com/user/emails",
        identity_issuer: "https://api.github.com",
        scopes: &["user:email"],
        ..OAUTH2
    },
    Preset {
        kind: "gitlab",
        base: "https://gitlab.com",
        authorization: "{base}/oauth/authorize",
        token: "{base}/oauth/token",
        userinfo: "{base}/api/v4/user",
        identity_issuer: "{base}",
        scopes: &["read_user"],
        ..OAUTH2
    },
    Preset {
        kind: "facebook",
        base: "https://www.facebook.com",
        authorization: "{base}/dialog/oauth",
        token: "https://graph.facebook.com/oauth/access_token",
        userinfo: "https://graph.facebook.com/me?fields=email,first_name,last_name,name,picture",
        // Limited Login on iOS signs ID tokens.
        jwks: "{base}/.well-known/oauth/openid/jwks/",
        issuer: "https://www.facebook.com",
        identity_issuer: "https://graph.facebook.com/me?fields=email,first_name,last_name,name,picture",
        scopes: &["email"],
        ..OAUTH2
    },
    Preset {
        kind: "x",
        base: "https://x.com",
        authorization: "{base}/i/oauth2/authorize",
        token: "https://api.x.com/2/oauth2/token",
        userinfo: "https://api.x.com/2/users/me?user.fields=id,name,username,confirmed_email,profile_image_url,url,created_at",
        identity_issuer: "https://api.x.com",
        scopes: &["users.email", "tweet.read", "users.read", "offline.access"],
        client_auth: ClientAuth::Basic,
        ..OAUTH2
    },
    Preset {
        kind: "linkedin_oidc",
        base: "https://www.linkedin.com/oauth",
        authorization: "{base}/v2/authorization",
        token: "{base}/v2/accessToken",
        userinfo: "https://api.linkedin.com/v2/userinfo",
        jwks: "{base}/openid/jwks",
        issuer: "https://www.linkedin.com/oauth",
        pkce: false,
        nonce: false,
        ..OIDC
    },
    Preset {
        kind: "discord",
        base: "https://discord.com/api",
        authorization: "{base}/oauth2/authorize",
        token: "{base}/oauth2/token",
        userinfo: "{base}/users/@me",
        identity_issuer: "{base}",
        scopes: &["email", "identify"],
        ..OAUTH2
    },
    Preset {
        kind: "slack_oidc",
        base: "https://slack.com",
        authorization: "{base}/openid/connect/authorize",
        token: "{base}/api/openid.connect.token",
        userinfo: "{base}/api/openid.connect.userInfo",
        jwks: "{base}/openid/connect/keys",
        issuer: "https://slack.com",
        identity_issuer: "{base}/api",
        scopes: &["openid", "profile", "email"],
        pkce: false,
        ..OIDC
    },
    Preset {
        kind: "azure",
        base: "https://login.microsoftonline.com/common",
        authorization: "{base}/oauth2/v2.0/authorize",
        token: "{base}/oauth2/v2.0/token",
        jwks: "{base}/discovery/v2.0/keys",
        issuer: "{base}/v2.0",
        ..OIDC
    },
    Preset {
        kind: "spotify",
        base: "https://accounts.spotify.com",
        authorization: "{base}/authorize",
        token: "{base}/api/token",
        userinfo: "https://api.spotify.com/v1/me",
        identity_issuer: "https://api.spotify.com/v1",
        scopes: &["user-read-email"],
        client_auth: ClientAuth::Basic,
        ..OAUTH2
    },
    Preset {
        kind: "twitch",
        base: "https://id.twitch.tv",
        authorization: "{base}/oauth2/authorize",
        token: "{base}/oauth2/token",
        jwks: "{base}/oauth2/keys",
        issuer: "https://id.twitch.tv/oauth2",
        identity_issuer: "https://api.twitch.tv",
        scopes: &["openid", "user:read:email"],
        pkce: false,
        parameters: &[(
            "claims",
            r#"{"id_token":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}"#,
        )],
        ..OIDC
    },
    Preset {
        kind: "notion",
        base: "https://api.notion.com",
        authorization: "{base}/v1/oauth/authorize",
        token: "{base}/v1/oauth/token",
        userinfo: "{base}/v1/users/me",
        identity_issuer: "{base}",
        client_auth: ClientAuth::Basic,
        pkce: false,
        parameters: &[("owner", "user")],
        ..OAUTH2
    },
    Preset {
        kind: "zoom",
        base: "https://zoom.us",
        authorization: "{base}/oauth/authorize",
        token: "{base}/oauth/token",
        userinfo: "https://api.zoom.us/v2/users/me",
        identity_issuer: "https://api.zoom.us/v2",
        client_auth: ClientAuth::Basic,
        ..OAUTH2
    },
    Preset {
        kind: "keycloak",
        authorization: "{base}/protocol/openid-connect/auth",
        token: "{base}/protocol/openid-connect/token",
        userinfo: "{base}/protocol/openid-connect/userinfo",
        jwks: "{base}/protocol/openid-connect/certs",
        issuer: "{base}",
        ..OIDC
    },
    OIDC,
    OAUTH2,
];

/// The preset of a kind; names that GoTrue also has for one are taken for it.
#[must_use]
pub fn preset(kind: &str) -> Option<&'static Preset> {
    let kind = match kind {
        "twitter" => "x",
        "linkedin" => "linkedin_oidc",
        "slack" => "slack_oidc",
        "microsoft" => "azure",
        other => other,
    };
    PRESETS.iter().find(|preset| preset.kind == kind)
}
