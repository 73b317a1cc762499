//! A provider's row: what a DBA gives, completed from the preset of its kind and checked.

use super::id_token::TENANT;
use super::kind::{self, Preset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

/// As the columns of `auth.providers`; the secret is kept apart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provider {
    pub name: String,
    pub kind: String,
    /// The first asks; ID tokens may be for any.
    pub client_ids: Vec<String>,
    pub base_url: Option<String>,
    pub issuer: Option<String>,
    pub identity_issuer: Option<String>,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub userinfo_endpoint: Option<String>,
    pub emails_endpoint: Option<String>,
    pub jwks_uri: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub client_auth: Option<String>,
    pub pkce: Option<bool>,
    pub nonce: Option<bool>,
    pub form_post: Option<bool>,
    pub skip_nonce_check: Option<bool>,
    pub email_optional: Option<bool>,
    pub trust_email: Option<bool>,
    pub claim_mapping: Option<Map<String, Value>>,
    pub parameters: Option<Map<String, Value>>,
}

/// Claims that a mapping may fill.
pub const MAPPED: &[&str] = &[
    "sub",
    "email",
    "email_verified",
    "name",
    "full_name",
    "given_name",
    "family_name",
    "nickname",
    "preferred_username",
    "user_name",
    "picture",
    "avatar_url",
    "profile",
    "website",
    "locale",
];

impl Provider {
    /// Completes and checks a row.
    ///
    /// # Errors
    /// Says what is missing or wrong.
    pub fn complete(mut self) -> Result<Self, String> {
        check_name(&self.name)?;
        let preset = kind::preset(&self.kind).ok_or_else(|| {
            let kinds: Vec<&str> = kind::PRESETS.iter().map(|preset| preset.kind).collect();
            format!("there is no kind \"{}\": one of {}", self.kind, kinds.join(", "))
        })?;
        preset.kind.clone_into(&mut self.kind);
        self.client_ids.iter_mut().for_each(|id| *id = id.trim().to_owned());
        self.client_ids.retain(|id| !id.is_empty());
        if self.client_ids.is_empty() || self.client_ids.len() > 20 {
            return Err("client_id: 1 to 20 of them".into());
        }
        self.fill(preset)?;
        self.check()
    }

    fn fill(&mut self, preset: &Preset) -> Result<(), String> {
        let given = self.base_url.take().map(|url| url.trim_end_matches('/').to_owned());
        let base = given.clone().filter(|url| !url.is_empty()).unwrap_or(preset.base.to_owned());
        if base.is_empty() && preset.authorization.starts_with("{base}") {
            return Err(format!("base_url: where the {} is", preset.kind));
        }
        self.base_url = given;
        // A GitHub of one's own has its interface below its own host.
        let own_github = preset.kind == "github" && base != preset.base;
        let put = |field: &mut Option<String>, text: &str| {
            let text = match own_github {
                true => text.replace("https://api.github.com", &format!("{base}/api/v3")),
                false => text.replace("{base}", &base),
            };
            let given = field.take().filter(|given| !given.is_empty());
            *field = given.or((!text.is_empty()).then_some(text.replace("{base}", &base)));
        };
        put(&mut self.authorization_endpoint, preset.authorization);
        put(&mut self.token_endpoint, preset.token);
        put(&mut self.userinfo_endpoint, preset.userinfo);
        put(&mut self.emails_endpoint, preset.emails);
        put(&mut self.jwks_uri, preset.jwks);
        put(&mut self.issuer, preset.issuer);
        put(&mut self.identity_issuer, preset.identity_issuer);
        if preset.kind == "azure" {
            self.issuer = self.issuer.take().map(|issuer| tenants(&issuer));
        }
        self.scopes.get_or_insert_with(|| preset.scopes.iter().map(|s| (*s).to_owned()).collect());
        self.client_auth.get_or_insert_with(|| preset.client_auth.name().to_owned());
        self.pkce.get_or_insert(preset.pkce);
        self.nonce.get_or_insert(preset.nonce);
        self.form_post.get_or_insert(preset.form_post);
        self.skip_nonce_check.get_or_insert(false);
        self.email_optional.get_or_insert(false);
        self.trust_email.get_or_insert(false);
        self.claim_mapping.get_or_insert_default();
        let parameters = self.parameters.get_or_insert_default();
        for (name, value) in preset.parameters {
            parameters.entry(*name).or_insert_with(|| Value::String((*value).to_owned()));
        }
        Ok(())
    }

    fn check(self) -> Result<Self, String> {
        for (name, url) in [
            ("base_url", &self.base_url),
            ("authorization_endpoint", &self.authorization_endpoint),
            ("token_endpoint", &self.token_endpoint),
            ("userinfo_endpoint", &self.userinfo_endpoint),
            ("emails_endpoint", &self.emails_endpoint),
            ("jwks_uri", &self.jwks_uri),
        ] {
            if let Some(url) = url {
                check_url(url).map_err(|reason| format!("{name}: {reason}"))?;
            }
        }
        if let Some(issuer) = &self.issuer {
            let plain = issuer.replace(TENANT, "common");
            check_url(&plain).map_err(|reason| format!("issuer: {reason}"))?;
        }
        match self.kind.as_str() {
            "oidc" if self.issuer.is_none() => return Err("issuer: its URL, for discovery".into()),
            "oauth2" if self.authorization_endpoint.is_none() || self.token_endpoint.is_none() => {
                return Err("authorization_endpoint and token_endpoint: their URLs".into());
            }
            "oauth2" if self.userinfo_endpoint.is_none() => {
                return Err("userinfo_endpoint: its URL".into());
            }
            _ => {}
        }
        if !["client_secret_post", "client_secret_basic", "none"].contains(&self.client_auth()) {
            return Err("client_auth: client_secret_post, client_secret_basic or none".into());
        }
        if let Some(scope) = self.scopes.iter().flatten().find(|scope| !is_scope(scope)) {
            return Err(format!("scopes: \"{scope}\" is none"));
        }
        for (claim, path) in self.claim_mapping.iter().flatten() {
            if !MAPPED.contains(&claim.as_str()) || path.as_str().is_none_or(str::is_empty) {
                return Err(format!(
                    "claim_mapping: claim to path, as {{\"sub\": \"user.id\"}}; claims are {}",
                    MAPPED.join(", ")
                ));
            }
        }
        if self.parameters.iter().flatten().any(|(_, value)| !value.is_string()) {
            return Err("parameters: an object of texts".into());
        }
        Ok(self)
    }

    #[must_use]
    pub fn client_auth(&self) -> &str {
        self.client_auth.as_deref().unwrap_or("client_secret_post")
    }

    #[must_use]
    pub fn client_id(&self) -> &str {
        self.client_ids.first().map_or("", String::as_str)
    }

    /// The issuers that its ID tokens may have.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        let mut issuers: Vec<String> = self.issuer.iter().cloned().collect();
        // Google's documentation gives both.
        if self.kind == "google" {
            issuers.push("accounts.google.com".to_owned());
        }
        issuers
    }
}

/// Microsoft's endpoints for several tenants never are the issuer themselves: that has the tenant in it.
fn tenants(issuer: &str) -> String {
    for several in ["common", "organizations", "consumers"] {
        let end = format!("/{several}/v2.0");
        if let Some(host) = issuer.strip_suffix(&end) {
            return format!("{host}/{TENANT}/v2.0");
        }
    }
    issuer.to_owned()
}

fn check_name(name: &str) -> Result<(), String> {
    let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-:.".contains(&b);
    let reserved = ["email", "phone", "anonymous"].contains(&name) || name.starts_with("sso:");
    if reserved {
        return Err(format!("name: \"{name}\" means something else"));
    }
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fit) {
        return Err("name: 1 to 64 of a-z, 0-9, _, -, : and .".into());
    }
    Ok(())
}

/// https; http towards this machine alone, for trying.
///
/// # Errors
/// Says so.
pub fn check_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "no URL".to_owned())?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !scheme || !bare || text.len() > 2048 || text.contains(char::is_whitespace) {
        return Err("an https URL without user and fragment".into());
    }
    Ok(url)
}

/// RFC 6749, 3.3.
#[must_use]
pub fn is_scope(scope: &str) -> bool {
    (1..=255).contains(&scope.len())
        && scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}
