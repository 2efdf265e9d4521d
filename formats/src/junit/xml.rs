//! What reading XML takes besides its parser.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use crate::reports::error::ReportError;

/// An XML report that cannot be read, and why.
pub(super) const fn bad(what: String) -> ReportError {
    ReportError::Xml { what }
}

/// An attribute by its name, unescaped.
pub(super) fn attribute(
    element: &BytesStart<'_>,
    name: &str,
) -> Result<Option<String>, ReportError> {
    let inside = |error: &dyn std::fmt::Display| {
        bad(format!("an attribute of `<{}>` is broken: {error}.", element.local_name().as_ref()))
    };
    // Without the check for repeated names, which takes time squared in their number.
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| inside(&error))?;
        if attribute.key.as_ref() == name {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| inside(&error))?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}
