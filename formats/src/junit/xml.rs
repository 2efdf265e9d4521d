//! What reading XML takes besides its parser.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use crate::reports::error::ReportError;

/// An XML report that cannot be read, and why.
pub(super) const fn bad(what: String) -> ReportError {
    ReportError::Xml { what }
}

/// Those of the attributes that are asked for, unescaped. Written twice, one might say what the other does
/// not, and XML allows it none.
pub(super) fn attributes(
    element: &BytesStart<'_>,
    wanted: &[&'static str],
) -> Result<Vec<(&'static str, String)>, ReportError> {
    let inside = |error: &dyn std::fmt::Display| {
        bad(format!("an attribute of `<{}>` is broken: {error}.", element.local_name().as_ref()))
    };
    let mut found: Vec<(&'static str, String)> = Vec::new();
    // Without the check for repeated names, which takes time squared in their number.
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| inside(&error))?;
        let Some(name) = wanted.iter().find(|name| attribute.key.as_ref() == **name) else {
            continue;
        };
        if found.iter().any(|(known, _)| known == name) {
            return Err(inside(&format!("`{name}` is written twice")));
        }
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| inside(&error))?;
        found.push((name, value.into_owned()));
    }
    Ok(found)
}
