//! For whom credentials are: the domain that they are bound to and the origins that may use them.

use url::{Host, Url};
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder};

/// A relying party whose configuration holds together.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    pub id: String,
    pub name: String,
    pub origins: Vec<String>,
    verifier: Webauthn,
}

impl RelyingParty {
    /// From the settings: empty ones follow from the site's URL (id: its host; origins: its origin; name: the id).
    ///
    /// # Errors
    /// What is missing or doesn't fit: an origin must be https (http for localhost), without path, and its host the id or below it.
    pub fn from_settings(
        site_url: &str,
        id: &str,
        origins: &str,
        name: &str,
    ) -> Result<Self, String> {
        let site = Url::parse(site_url.trim()).ok();
        let id = match (id.trim(), &site) {
            ("", Some(site)) => site
                .domain()
                .map(str::to_owned)
                .ok_or("the site's URL has no domain; set webauthn_rp_id")?,
            ("", None) => {
                return Err("set site_url, or webauthn_rp_id and webauthn_rp_origins".to_owned());
            }
            (id, _) => id.to_ascii_lowercase(),
        };
        let mut listed: Vec<&str> =
            origins.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
        let own = site.as_ref().map(|site| site.origin().ascii_serialization());
        if listed.is_empty() {
            listed.extend(own.as_deref());
        }
        let urls = listed.iter().map(|text| origin(text, &id)).collect::<Result<Vec<_>, _>>()?;
        let (first, more) = urls.split_first().ok_or("webauthn_rp_origins is empty")?;
        let name = if name.trim().is_empty() { id.clone() } else { name.trim().to_owned() };
        let builder =
            WebauthnBuilder::new(&id, first).map_err(|error| error.to_string())?.rp_name(&name);
        let verifier = more
            .iter()
            .fold(builder, WebauthnBuilder::append_allowed_origin)
            .build()
            .map_err(|error| error.to_string())?;
        let origins = urls.iter().map(|url| url.origin().ascii_serialization()).collect();
        Ok(Self { id, name, origins, verifier })
    }

    pub(super) fn verifier(&self) -> &Webauthn {
        &self.verifier
    }
}

fn origin(text: &str, id: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| format!("webauthn_rp_origins: {text} is no origin"))?;
    let Some(Host::Domain(host)) = url.host() else {
        return Err(format!("webauthn_rp_origins: {text} has no domain"));
    };
    let local = host == "localhost" || host.ends_with(".localhost");
    if !(url.scheme() == "https" || (url.scheme() == "http" && local)) {
        return Err(format!("webauthn_rp_origins: {text} is not https"));
    }
    if !(host == id || host.strip_suffix(id).is_some_and(|rest| rest.ends_with('.'))) {
        return Err(format!("webauthn_rp_origins: {text} is not within webauthn_rp_id, {id}"));
    }
    if url.path() != "/"
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
    {
        return Err(format!("webauthn_rp_origins: {text} is more than an origin"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_site_where_unset() {
        let party =
            RelyingParty::from_settings("https://app.example.com:8443/start", "", "", "").unwrap();
        assert_eq!(party.id, "app.example.com");
        assert_eq!(party.origins, ["https://app.example.com:8443"]);
        assert_eq!(party.name, "app.example.com");
        let party = RelyingParty::from_settings("http://localhost:3000", "", "", "Mine").unwrap();
        assert_eq!((party.id.as_str(), party.name.as_str()), ("localhost", "Mine"));
    }

    #[test]
    fn takes_several_origins_within_the_id() {
        let party = RelyingParty::from_settings(
            "",
            "Example.com",
            "https://example.com, https://app.example.com",
            "",
        )
        .unwrap();
        assert_eq!(party.origins, ["https://example.com", "https://app.example.com"]);
    }

    #[test]
    fn refuses_what_browsers_would_refuse() {
        for (site, id, origins) in [
            ("", "", ""),
            ("", "example.com", ""),
            ("http://127.0.0.1:3000", "", ""),
            ("", "example.com", "http://example.com"),
            ("", "example.com", "https://badexample.com"),
            ("", "example.com", "https://example.com.evil.org"),
            ("", "example.com", "https://example.com/path"),
            ("", "example.com", "https://user@example.com"),
            ("", "example.com", "https://example.com, https://other.org"),
            ("", "example.com", "example.com"),
        ] {
            assert!(
                RelyingParty::from_settings(site, id, origins, "").is_err(),
                "{site} {id} {origins}"
            );
        }
    }
}
