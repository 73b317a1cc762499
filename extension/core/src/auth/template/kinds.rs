//! The messages that there are, and what is shipped for each.

use serde_json::{Value, json};

/// A message or page, with the texts that hold until a row of `auth.templates` says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// As in GoTrue, where it has the mail.
    pub name: &'static str,
    pub subject: Option<&'static str>,
    pub html: Option<&'static str>,
    pub text: Option<&'static str>,
    /// When it is sent.
    pub about: &'static str,
}

impl Kind {
    /// A text message, not a mail.
    #[must_use]
    pub fn is_sms(&self) -> bool {
        self.name.starts_with("sms")
    }
}

/// The frame of all HTML mails and pages: `{% extends "layout" %}`.
pub const LAYOUT: &str = include_str!("shipped/layout.html");

/// What a template may name.
pub const VARIABLES: &[&str] = &[
    "SiteURL",
    "ConfirmationURL",
    "Token",
    "TokenHash",
    "RedirectTo",
    "Email",
    "NewEmail",
    "OldEmail",
    "SendingTo",
    "Data",
    "Phone",
    "OldPhone",
    "Code",
    "Provider",
    "FactorType",
    "Address",
    "Agent",
    "At",
    "Locale",
    "Type",
    "Action",
    "Hidden",
];

/// A mail that asks for something: subject, heading, what it says, the button's label.
macro_rules! asks {
    ($name:literal, $about:literal, $subject:literal, $says:literal, $button:literal) => {
        Kind {
            name: $name,
            subject: Some($subject),
            html: Some(concat!(
                "{% extends \"layout\" %}{% block heading %}", $subject, "{% endblock %}\n{% block body %}<p>", $says,
                "</p>{% endblock %}\n{% block button %}", $button, "{% endblock %}\n"
            )),
            text: Some(concat!(
                $subject, "\n\n", $says, "\n\n{{ ConfirmationURL }}\n",
                "{% if Token %}\nOr enter this code: {{ Token }}\n{% endif %}",
                "\nThis works once and for a short time. If you did not ask for it, you can ignore this mail.\n"
            )),
            about: $about,
        }
    };
}

/// A notice that something has happened.
macro_rules! tells {
    ($name:literal, $about:literal, $subject:literal, $says:literal) => {
        Kind {
            name: $name,
            subject: Some($subject),
            html: Some(concat!(
                "{% extends \"layout\" %}{% block heading %}", $subject, "{% endblock %}\n{% block body %}<p>", $says,
                "</p>\n<p>If this was not you, reset your password and write to the people who run {{ SiteURL }}.</p>{% endblock %}\n"
            )),
            text: Some(concat!(
                $subject, "\n\n", $says,
                "\n\nIf this was not you, reset your password and write to the people who run {{ SiteURL }}.\n"
            )),
            about: $about,
        }
    };
}

/// All of them.
pub const KINDS: &[Kind] = &[
    asks!(
        "confirmation",
        "sign-up with an e-mail address",
        "Confirm your e-mail address",
        "Somebody, you we hope, has opened an account at {{ SiteURL }} with the address {{ Email }}. Confirm that it is yours.",
        "Confirm address"
    ),
    asks!(
        "invite",
        "an administrator invites somebody",
        "You have been invited",
        "You have been invited to open an account at {{ SiteURL }}.",
        "Accept invitation"
    ),
    asks!(
        "magic_link",
        "sign-in by link or code",
        "Your sign-in link",
        "Use this link to sign in at {{ SiteURL }}.",
        "Sign in"
    ),
    asks!(
        "recovery",
        "a password is forgotten",
        "Reset your password",
        "Use this link to choose a new password for {{ Email }} at {{ SiteURL }}.",
        "Choose a new password"
    ),
    asks!(
        "email_change",
        "an account gets another address; to the new one, and to the old one if both must agree",
        "Confirm your new e-mail address",
        "The account {{ Email }} at {{ SiteURL }} is to get the address {{ NewEmail }}. Confirm that this is right.",
        "Confirm change"
    ),
    asks!(
        "organization_invite",
        "a member of an organisation invites somebody; the link leads to the app, with invitation_token",
        "You have been invited to an organization",
        "You have been invited to join \"{{ organization }}\" at {{ SiteURL }} as {{ role }}.",
        "See the invitation"
    ),
    Kind {
        name: "reauthentication",
        subject: Some("{{ Token }} is your code"),
        html: Some(
            "{% extends \"layout\" %}{% block heading %}Your code{% endblock %}\n\
             {% block body %}<p>Enter this code at {{ SiteURL }} to go on. Tell it to nobody.</p>{% endblock %}\n\
             {% block or %}{% endblock %}\n",
        ),
        text: Some(
            "Your code is {{ Token }}\n\nEnter it at {{ SiteURL }} to go on. Tell it to nobody. If you did not ask for it, change your password.\n",
        ),
        about: "a signed-in user proves that he is still there",
    },
    tells!(
        "password_changed_notification",
        "the password was changed",
        "Your password was changed",
        "The password of your account {{ Email }} at {{ SiteURL }} was changed."
    ),
    tells!(
        "email_changed_notification",
        "the address was changed; to the old one",
        "Your e-mail address was changed",
        "The address of your account at {{ SiteURL }} was changed from {{ OldEmail }} to {{ Email }}."
    ),
    tells!(
        "phone_changed_notification",
        "the phone number was changed",
        "Your phone number was changed",
        "The phone number of your account {{ Email }} at {{ SiteURL }} was changed{% if OldPhone %} from {{ OldPhone }}{% endif %} to {{ Phone }}."
    ),
    tells!(
        "identity_linked_notification",
        "a way to sign in was added",
        "A new way to sign in was added",
        "Your account {{ Email }} at {{ SiteURL }} can now be signed in to with {{ Provider }}."
    ),
    tells!(
        "identity_unlinked_notification",
        "a way to sign in was removed",
        "A way to sign in was removed",
        "Your account {{ Email }} at {{ SiteURL }} can no longer be signed in to with {{ Provider }}."
    ),
    tells!(
        "mfa_factor_enrolled_notification",
        "a second factor was added",
        "A second factor was added",
        "A second factor ({{ FactorType }}) was added to your account {{ Email }} at {{ SiteURL }}."
    ),
    tells!(
        "mfa_factor_unenrolled_notification",
        "a second factor was removed",
        "A second factor was removed",
        "A second factor ({{ FactorType }}) was removed from your account {{ Email }} at {{ SiteURL }}."
    ),
    tells!(
        "new_sign_in_notification",
        "sign-in from where the account was not signed in to before",
        "New sign-in to your account",
        "Your account {{ Email }} at {{ SiteURL }} was signed in to{% if Agent %} with {{ Agent }}{% endif %}{% if Address %} from {{ Address }}{% endif %}{% if At %} at {{ At }}{% endif %}."
    ),
    Kind {
        name: "sms",
        subject: None,
        html: None,
        text: Some("Your code is {{ Code }}"),
        about: "a code for a phone",
    },
    Kind {
        name: "page_confirm",
        subject: None,
        html: Some(include_str!("shipped/page_confirm.html")),
        text: None,
        about: "the page that a link in a mail leads to",
    },
];

/// The kind of that name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Variables of every name, for trying a template.
pub(super) fn sample() -> Value {
    json!({
        "SiteURL": "https://app.example.com",
        "ConfirmationURL": "https://api.example.com/auth/v1/confirm?token=pkce_0a1b&type=signup&redirect_to=https%3A%2F%2Fapp.example.com",
        "Token": "123456",
        "TokenHash": "0a1b",
        "RedirectTo": "https://app.example.com/welcome",
        "Email": "ada@example.com",
        "NewEmail": "ada@example.org",
        "OldEmail": "ada@example.net",
        "SendingTo": "ada@example.com",
        "Data": {"name": "Ada"},
        "Phone": "4930901820",
        "OldPhone": "4930901821",
        "Code": "123456",
        "Provider": "github",
        "FactorType": "totp",
        "Address": "192.0.2.1",
        "Agent": "a browser",
        "At": "2026-01-31 12:00 UTC",
        "Locale": "en",
        "organization": "Analytical Engines",
        "role": "member",
        "Type": "signup",
        "Action": "/auth/v1/confirm",
        "Hidden": {"token": "pkce_0a1b", "type": "signup", "redirect_to": "https://app.example.com"},
    })
}
