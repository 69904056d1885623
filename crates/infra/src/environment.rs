//! Texts of the operator's with places for what comes from the environment, `${NAME}`, so that secrets stay out of files.

/// What such a text is wrong about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error("`${{{0}}}` is not set in the environment")]
    NotSet(String),
    #[error("`${{` has no end")]
    Open,
}

/// Fills it in: once, at the start.
pub(crate) fn with_environment(
    template: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<String, TemplateError> {
    let mut parts = template.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or(TemplateError::Open)?;
        filled.push_str(&environment(name).ok_or_else(|| TemplateError::NotSet(name.to_owned()))?);
        filled.push_str(rest);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_filled_in_or_missed() {
        let environment = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
        assert_eq!(with_environment("Bearer ${TOKEN}!", environment), Ok("Bearer secret!".to_owned()));
        assert_eq!(with_environment("plain {to}", environment), Ok("plain {to}".to_owned()));
        assert_eq!(with_environment("${OTHER}", environment), Err(TemplateError::NotSet("OTHER".to_owned())));
        assert_eq!(with_environment("${TOKEN", environment), Err(TemplateError::Open));
    }
}
