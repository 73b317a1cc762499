//! Who the provider says that somebody is: its documents in one form, with the keys that GoTrue's `identity_data` has.
//!
//! An address counts as verified only if the *same* document says so that the address is from (CVE-2026-14781: the address
//! of one document with the flag of another).

use super::SUBJECT;
use super::provider::Provider;
use serde_json::{Map, Value, json};

/// What a provider's documents say.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The identity: with the issuer, and nothing else, it decides whose account this is.
    pub sub: String,
    pub email: Option<String>,
    pub email_verified: bool,
    /// For `auth.identities.identity_data`.
    pub data: Map<String, Value>,
}

/// The documents at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Documents<'a> {
    /// Of a verified ID token.
    pub claims: Option<&'a Map<String, Value>>,
    pub userinfo: Option<&'a Value>,
    /// GitHub's list of addresses.
    pub emails: Option<&'a Value>,
    /// What Apple's form has beside the code, the first time: not signed, so a name at most.
    pub form_user: Option<&'a Value>,
}

/// An address and what its own document says about it.
type Email = Option<(String, bool)>;

/// # Errors
/// If there is no document, no subject, or two documents are about two subjects.
pub fn read(provider: &Provider, documents: Documents<'_>) -> Result<Profile, String> {
    let userinfo = documents.userinfo;
    let (mut data, email) = match (provider.kind.as_str(), documents.claims, userinfo) {
        // A signed token of a provider that otherwise has its own documents (Facebook's Limited Login).
        (_, Some(claims), None) => standard(provider, &Value::Object(claims.clone())),
        ("github", _, Some(user)) => github(user, documents.emails),
        ("gitlab", _, Some(user)) => gitlab(user),
        ("facebook", _, Some(user)) => facebook(user),
        ("x", _, Some(user)) => x(user),
        ("discord", _, Some(user)) => discord(user),
        ("spotify", _, Some(user)) => spotify(user),
        ("notion", _, Some(user)) => notion(user),
        ("zoom", _, Some(user)) => zoom(user),
        ("oauth2", _, Some(user)) => mapped(provider, user),
        (_, claims, Some(user)) => {
            if claims.is_some_and(|claims| claims.get("sub") != user.get("sub")) {
                return Err("the userinfo document is about somebody else".into());
            }
            standard(provider, user)
        }
        (_, None, None) => return Err("there is no document about the user".into()),
    };
    let sub = subject(&data).ok_or("the provider names no subject")?;
    let email = email.filter(|(address, _)| address.contains('@') && address.len() <= 255);
    // The DBA's word for providers that are known to give verified addresses only, where the document has no flag at all.
    let trusted =
        provider.trust_email == Some(true) && !flagged(provider, userinfo, documents.claims);
    let verified = email.as_ref().is_some_and(|(_, verified)| *verified || trusted);
    if let Some(name) = apple_name(provider, documents.form_user) {
        data.insert("name".into(), json!(name));
        data.insert("full_name".into(), json!(name));
    }
    let issuer = provider.identity_issuer.clone().or_else(|| {
        let iss = documents.claims.and_then(|claims| claims.get("iss"));
        iss.and_then(Value::as_str).map(str::to_owned).or_else(|| provider.issuer.clone())
    });
    let issuer = issuer.or_else(|| provider.userinfo_endpoint.clone());
    data.insert("iss".into(), json!(issuer));
    data.insert("sub".into(), json!(sub));
    data.insert("provider_id".into(), json!(sub));
    data.insert("email_verified".into(), json!(verified));
    data.insert("phone_verified".into(), json!(false));
    let email = email.map(|(address, _)| address);
    data.insert("email".into(), json!(email));
    data.retain(|_, value| !value.is_null() && value != "");
    Ok(Profile { sub, email, email_verified: verified, data })
}

/// Whether the document that the address is from says anything about it.
fn flagged(
    provider: &Provider,
    userinfo: Option<&Value>,
    claims: Option<&Map<String, Value>>,
) -> bool {
    let flag = match provider.kind.as_str() {
        "azure" => "xms_edov",
        "discord" | "zoom" => "verified",
        "gitlab" => "confirmed_at",
        _ => "email_verified",
    };
    match (userinfo, claims) {
        (Some(document), _) if provider.kind == "oauth2" => {
            let path = mapping(provider, "email_verified").unwrap_or(flag);
            at(document, path).is_some()
        }
        (Some(document), _) => document.get(flag).is_some(),
        (None, Some(claims)) => claims.contains_key(flag),
        (None, None) => false,
    }
}

/// A text, or a number that is one in other documents.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn get(document: &Value, name: &str) -> Option<String> {
    text(document.get(name))
}

fn subject(data: &Map<String, Value>) -> Option<String> {
    text(data.get("sub"))
        .filter(|sub| sub.chars().count() <= SUBJECT && !sub.chars().any(char::is_control))
}

/// `true`, or `"true"` as Apple and LinkedIn write it.
fn is_true(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true))) || value.is_some_and(|value| value == "true")
}

fn object(pairs: &[(&str, Option<String>)]) -> Map<String, Value> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

/// The names and picture that GoTrue keeps twice.
fn person(
    sub: Option<String>,
    name: Option<String>,
    picture: Option<String>,
) -> Map<String, Value> {
    object(&[
        ("sub", sub),
        ("name", name.clone()),
        ("full_name", name),
        ("picture", picture.clone()),
        ("avatar_url", picture),
    ])
}

fn joined(first: Option<String>, last: Option<String>) -> Option<String> {
    let parts: Vec<String> = first.into_iter().chain(last).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The claims of OIDC Core, 5.1.
fn standard(provider: &Provider, claims: &Value) -> (Map<String, Value>, Email) {
    let of = |name: &str| get(claims, name);
    let name = of("name").or_else(|| joined(of("given_name"), of("family_name")));
    let mut data = person(of("sub"), name, of("picture"));
    for name in [
        "given_name",
        "family_name",
        "nickname",
        "preferred_username",
        "profile",
        "website",
        "locale",
    ] {
        data.insert(name.into(), json!(of(name)));
    }
    let mut custom = Map::new();
    for name in [
        "hd",
        "tid",
        "oid",
        "xms_edov",
        "is_private_email",
        "auth_time",
        "https://slack.com/team_id",
    ] {
        if let Some(value) = claims.get(name) {
            custom.insert(name.into(), value.clone());
        }
    }
    if !custom.is_empty() {
        data.insert("custom_claims".into(), Value::Object(custom));
    }
    let verified = match provider.kind.as_str() {
        // Any tenant can write any address into `email`; only this claim says that its domain is the tenant's.
        "azure" => {
            let edov = claims.get("xms_edov");
            is_true(edov) || edov.is_some_and(|edov| edov == "1" || edov == 1)
        }
        _ => is_true(claims.get("email_verified")),
    };
    (data, of("email").map(|email| (email, verified)))
}

fn github(user: &Value, emails: Option<&Value>) -> (Map<String, Value>, Email) {
    let mut data = person(get(user, "id"), get(user, "name"), get(user, "avatar_url"));
    data.insert("user_name".into(), json!(get(user, "login")));
    data.insert("preferred_username".into(), json!(get(user, "login")));
    // The profile's own address is whatever its owner wrote there; only the list says what is verified.
    let list = emails.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let primary = list.iter().find(|entry| entry.get("primary") == Some(&Value::Bool(true)));
    let verified = |entry: &Value| entry.get("verified") == Some(&Value::Bool(true));
    (data, primary.and_then(|entry| Some((get(entry, "email")?, verified(entry)))))
}

fn gitlab(user: &Value) -> (Map<String, Value>, Email) {
    let mut data = person(get(user, "id"), get(user, "name"), get(user, "avatar_url"));
    data.insert("user_name".into(), json!(get(user, "username")));
    data.insert("preferred_username".into(), json!(get(user, "username")));
    (data, get(user, "email").map(|email| (email, get(user, "confirmed_at").is_some())))
}

fn facebook(user: &Value) -> (Map<String, Value>, Email) {
    let name = joined(get(user, "first_name"), get(user, "last_name"));
    let picture = text(user.pointer("/picture/data/url"));
    let mut data = person(get(user, "id"), name, picture);
    data.insert("nickname".into(), json!(get(user, "name")));
    data.insert("slug".into(), json!(get(user, "name")));
    (data, get(user, "email").map(|email| (email, false)))
}

fn x(user: &Value) -> (Map<String, Value>, Email) {
    let user = user.get("data").unwrap_or(&Value::Null);
    let mut data = person(get(user, "id"), get(user, "name"), get(user, "profile_image_url"));
    data.insert("user_name".into(), json!(get(user, "username")));
    data.insert("preferred_username".into(), json!(get(user, "username")));
    data.insert("website".into(), json!(get(user, "url")));
    // The member's very name says that it is confirmed.
    (data, get(user, "confirmed_email").map(|email| (email, true)))
}

fn discord(user: &Value) -> (Map<String, Value>, Email) {
    let id = get(user, "id");
    let avatar = match (&id, get(user, "avatar")) {
        (Some(id), Some(hash)) => {
            let kind = if hash.starts_with("a_") { "gif" } else { "png" };
            Some(format!("https://cdn.discordapp.com/avatars/{id}/{hash}.{kind}"))
        }
        _ => None,
    };
    let mut data = person(id, get(user, "username"), avatar);
    let tag = get(user, "username").map(|name| {
        format!("{name}#{}", get(user, "discriminator").unwrap_or_else(|| "0".to_owned()))
    });
    data.insert("name".into(), json!(tag));
    let global = user.get("global_name").filter(|name| name.is_string());
    data.insert("custom_claims".into(), json!({"global_name": global}));
    let verified = user.get("verified") == Some(&Value::Bool(true));
    (data, get(user, "email").map(|email| (email, verified)))
}

fn spotify(user: &Value) -> (Map<String, Value>, Email) {
    let picture = text(user.pointer("/images/0/url"));
    let data = person(get(user, "id"), get(user, "display_name"), picture);
    // Spotify says of the address that it is unverified.
    (data, get(user, "email").map(|email| (email, false)))
}

fn notion(user: &Value) -> (Map<String, Value>, Email) {
    let owner = user.pointer("/bot/owner/user").unwrap_or(&Value::Null);
    let data = person(get(owner, "id"), get(owner, "name"), get(owner, "avatar_url"));
    (data, text(owner.pointer("/person/email")).map(|email| (email, false)))
}

fn zoom(user: &Value) -> (Map<String, Value>, Email) {
    let name = joined(get(user, "first_name"), get(user, "last_name"));
    let data = person(get(user, "id"), name, get(user, "pic_url"));
    let verified = user.get("verified").is_some_and(|flag| flag == 1 || *flag == Value::Bool(true));
    (data, get(user, "email").map(|email| (email, verified)))
}

fn mapping<'p>(provider: &'p Provider, claim: &str) -> Option<&'p str> {
    provider.claim_mapping.as_ref()?.get(claim)?.as_str()
}

/// The value at `user.emails.0.value`.
fn at<'v>(document: &'v Value, path: &str) -> Option<&'v Value> {
    // A member may have dots in its own name.
    if let Some(value) = document.get(path) {
        return Some(value);
    }
    path.split('.').try_fold(document, |value, step| match value {
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    })
}

/// A document of any form, by the provider's own mapping; the standard names where it has none.
fn mapped(provider: &Provider, user: &Value) -> (Map<String, Value>, Email) {
    let of = |claim: &str| at(user, mapping(provider, claim).unwrap_or(claim));
    let mut data: Map<String, Value> = super::provider::MAPPED
        .iter()
        .map(|claim| ((*claim).to_owned(), json!(text(of(claim)))))
        .collect();
    let (name, picture) = (text(of("name")), text(of("picture")));
    for (claim, like) in [("full_name", name), ("avatar_url", picture)] {
        if data.get(claim).is_none_or(Value::is_null) {
            data.insert(claim.into(), json!(like));
        }
    }
    (data, text(of("email")).map(|email| (email, is_true(of("email_verified")))))
}

fn apple_name(provider: &Provider, user: Option<&Value>) -> Option<String> {
    let name = user.filter(|_| provider.kind == "apple")?.get("name")?;
    let name = joined(get(name, "firstName"), get(name, "lastName"))?;
    (name.chars().count() <= 200 && !name.chars().any(char::is_control)).then_some(name)
}
