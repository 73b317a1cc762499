//! Which of the media types that a client accepts is made, and by whom: by us, by the function called, or by an
//! aggregate of somebody's.

use crate::catalog::{Catalog, Function, MediaHandler, Relation, Returns, Type, TypeKind};
use crate::error::ApiError;
use crate::rest::Settings;
use crate::rest::accept::Offer;
use crate::rest::media::Media;
use crate::rest::shape::{Form, SelectItem, Settled, Shape};

/// What a request is answered from.
#[derive(Debug, Clone, Copy)]
pub enum Source<'c> {
    Relation(&'c Relation),
    /// With the relation whose rows it returns, if it does.
    Function(&'c Function, Option<&'c Relation>),
}

/// Who makes a body of the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// The shell, as the form says.
    Form,
    /// PostGIS.
    GeoJson,
    Aggregate(MediaHandler),
}

/// How a request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub form: Form,
    pub by: Maker,
    /// `None` where the header alone had settled the media type.
    pub settled: Option<Settled>,
}

/// A media type of this domain: any, and nobody knows which.
const ANY: &str = "*/*";
const UNKNOWN: &str = "application/octet-stream";

/// Settles the media type. Handlers for the very rows or function come first, then those for any rows, then ours;
/// `*/*` before its equals, since it makes all.
///
/// # Errors
/// PGRST107 (406) if nothing that the client accepts can be made.
pub fn settle(
    catalog: &dyn Catalog,
    settings: &Settings,
    shape: &Shape,
    source: Source<'_>,
) -> Result<Made, ApiError> {
    if shape.wanted.offers.is_empty() {
        return Ok(Made { form: shape.form, by: Maker::Form, settled: None });
    }
    let bench = Bench { catalog, settings, source, whole: is_whole(shape) };
    let found = shape.wanted.offers.iter().find_map(|offer| bench.make(offer));
    let Some(mut made) = found else {
        return Err(ApiError::not_acceptable(""));
    };
    if shape.form == Form::None {
        // Nothing is shown, so nothing is made.
        (made.form, made.by) = (Form::None, Maker::Form);
    }
    Ok(made)
}

/// Whole rows, as the relation has them: what a handler for that relation takes.
fn is_whole(shape: &Shape) -> bool {
    matches!(shape.query.select.as_slice(), [] | [SelectItem::All])
}

struct Bench<'c> {
    catalog: &'c dyn Catalog,
    settings: &'c Settings,
    source: Source<'c>,
    whole: bool,
}

impl Bench<'_> {
    fn make(&self, offer: &Offer) -> Option<Made> {
        let by_handler = if offer.open { self.handled(offer) } else { None };
        by_handler.or_else(|| self.builtin(offer.builtin?))
    }

    fn handled(&self, offer: &Offer) -> Option<Made> {
        if self.whole
            && let Some(made) = self.function(&offer.name).or_else(|| self.of_rows(&offer.name))
        {
            return Some(made);
        }
        self.aggregate(&offer.name, |handler| handler.of.is_none())
    }

    /// The function called returns the media type itself.
    fn function(&self, name: &str) -> Option<Made> {
        let Source::Function(Function { returns: Returns::Scalar(ty), set: false, .. }, _) =
            self.source
        else {
            return None;
        };
        let media = media_type(ty)?;
        let fits = media == ANY
            || media.eq_ignore_ascii_case(name)
            || name.strip_suffix('*').is_some_and(|kind| kind != "*/" && media.starts_with(kind));
        fits.then(|| raw(Maker::Form, media))
    }

    /// A handler for rows of this very relation: of `*/*`, or of the name.
    fn of_rows(&self, name: &str) -> Option<Made> {
        let relation = match self.source {
            Source::Relation(relation) | Source::Function(_, Some(relation)) => relation,
            Source::Function(_, None) => return None,
        };
        let own = |handler: &MediaHandler| {
            let of = handler.of.as_ref();
            of.is_some_and(|(schema, table)| *schema == relation.schema && *table == relation.name)
        };
        self.aggregate(ANY, own).or_else(|| self.aggregate(name, own))
    }

    fn aggregate(&self, name: &str, fits: impl Fn(&MediaHandler) -> bool) -> Option<Made> {
        let all = self.catalog.media_handlers(name);
        let exposed = |handler: &&MediaHandler| {
            self.settings.schemas.contains(&handler.schema) && fits(handler)
        };
        let handler = all.iter().find(exposed)?;
        Some(raw(Maker::Aggregate(handler.clone()), &handler.media))
    }

    fn builtin(&self, media: Media) -> Option<Made> {
        let by = match media {
            Media::GeoJson => Maker::GeoJson,
            Media::Text | Media::Xml | Media::Octets if !self.is_scalar() => return None,
            _ => Maker::Form,
        };
        let settled =
            Settled { content_type: media.content_type().into(), single: media.is_single() };
        Some(Made { form: media.form(), by, settled: Some(settled) })
    }

    fn is_scalar(&self) -> bool {
        let Source::Function(function, _) = self.source else {
            return false;
        };
        match &function.returns {
            Returns::Void => true,
            Returns::Scalar(_) => !function.set,
            Returns::Columns(columns) => columns.is_empty() && !function.set,
            Returns::Relation { .. } => false,
        }
    }
}

fn raw(by: Maker, media: &str) -> Made {
    let name = if media == ANY { UNKNOWN } else { media };
    let settled = Settled { content_type: Media::content_type_of(name), single: false };
    Made { form: Form::Raw, by, settled: Some(settled) }
}

/// The media type that a domain is named after (RFC 6838, 4.2), or `*/*`.
fn media_type(ty: &Type) -> Option<&str> {
    if ty.kind != TypeKind::Domain {
        return None;
    }
    // Such a name is always quoted, and has no quote in it.
    let name = ty.sql.strip_suffix('"')?.rsplit('"').next()?;
    let (kind, sub) = name.split_once('/')?;
    let part = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || more.contains(&b))
    };
    (name == ANY || part(kind, b".-") && part(sub, b".-+")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rest::fixture::{Fixture, settings, shape, ty};
    use crate::rest::shape::Verb;

    fn domain(sql: &str) -> Type {
        Type { sql: sql.to_owned(), kind: TypeKind::Domain, ..ty("text") }
    }

    #[test]
    fn reads_media_types_off_domains() {
        for (sql, media) in [
            ("\"text/html\"", Some("text/html")),
            (
                "\"SPECIAL \"\"@/\\#~_-\".\"application/vnd.a-b+json\"",
                Some("application/vnd.a-b+json"),
            ),
            ("api.\"*/*\"", Some("*/*")),
            ("\"a/b/c\"", None),
            ("\"a b/c\"", None),
            ("\"/c\"", None),
            ("\"text/*\"", None),
            ("public.email", None),
        ] {
            assert_eq!(media_type(&domain(sql)), media, "{sql}");
        }
        assert_eq!(media_type(&ty("\"text/html\"")), None);
    }

    /// What answers a request for these names, our own making left out of the offers.
    fn chosen(target: &str, query: &str, names: &[(&str, Option<Media>)]) -> Option<Made> {
        let fixture = Fixture::new();
        let (mut shape, _) = shape(Verb::Read, target, query).unwrap();
        shape.wanted.offers = names
            .iter()
            .map(|(name, builtin)| Offer {
                name: (*name).to_owned(),
                builtin: *builtin,
                open: true,
            })
            .collect();
        let relation = fixture.relation("public", target).unwrap();
        settle(&fixture, &settings(), &shape, Source::Relation(&relation)).ok()
    }

    fn maker(made: &Made) -> (&str, &str) {
        let name = match &made.by {
            Maker::Form => "form",
            Maker::GeoJson => "geo",
            Maker::Aggregate(handler) => &handler.name,
        };
        (name, &made.settled.as_ref().unwrap().content_type)
    }

    #[test]
    fn the_most_specific_handler_makes_it() {
        let csv = ("text/csv", Some(Media::Csv));
        let json = ("application/json", Some(Media::Json));
        for (target, query, names, expected) in [
            ("film", "", vec![("text/html", None), json], ("film_html", "text/html")),
            ("film", "select=*", vec![("text/html", None)], ("film_html", "text/html")),
            (
                "film",
                "select=id",
                vec![("text/html", None), json],
                ("form", "application/json; charset=utf-8"),
            ),
            (
                "actor",
                "",
                vec![("text/html", None), json],
                ("form", "application/json; charset=utf-8"),
            ),
            ("actor", "", vec![csv], ("any_csv", "text/csv; charset=utf-8")),
            ("actor", "select=id", vec![csv], ("any_csv", "text/csv; charset=utf-8")),
            ("film", "", vec![csv], ("film_csv", "text/csv; charset=utf-8")),
            ("note", "", vec![json], ("note_any", "application/octet-stream")),
            ("note", "", vec![("x/y", None)], ("note_any", "application/octet-stream")),
            ("note", "select=at", vec![json], ("form", "application/json; charset=utf-8")),
            (
                "film",
                "",
                vec![("application/geo+json", Some(Media::GeoJson))],
                ("geo", "application/geo+json; charset=utf-8"),
            ),
        ] {
            let made = chosen(target, query, &names).unwrap();
            assert_eq!(maker(&made), expected, "{target}?{query} {names:?}");
        }
        // Only in a schema that is exposed does an aggregate make anything.
        assert_eq!(chosen("film", "", &[("text/hidden", None)]), None);
        assert_eq!(chosen("film", "", &[("text/plain", None)]), None);
    }
}
