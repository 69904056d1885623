//! How a command ends when it does not end well.

use beseda_engine::OpenError;
use beseda_engine::api::failure::Failure;
use beseda_engine::api::reason::Reason;
use beseda_engine::store::StoreError;
use beseda_model::Code;

use crate::host::{ProfileError, StartError, TlsError, Trouble};
use crate::text::{self, Label, Lang, Sentence, Words, capital};

/// Why a command did not do what was wanted.
#[derive(Debug)]
pub enum Trip {
    /// The engine's answer.
    Failure(Failure),
    /// There is no connection; what was begun may wait in the outbox.
    Unreachable {
        /// Why, as far as it is known.
        trouble: Option<Trouble>,
        /// Whether something waits.
        queued: bool,
    },
    /// The time given by `--timeout` is over.
    Timeout {
        /// Whether something waits.
        queued: bool,
    },
    /// Nothing came in the time given by `--timeout`.
    NothingCame,
    /// This device was signed out.
    SignedOut,
    /// What was named is not there.
    NotFound(String),
    /// What was given can't be understood.
    Usage(String),
    /// The profile folder.
    Profile(ProfileError),
    /// The profile's database.
    Store {
        /// Whether a newer version wrote it.
        newer: bool,
        /// What the engine says; log-safe.
        reason: String,
    },
    /// Certificates.
    Tls(TlsError),
    /// The system: terminal, files, output.
    System(String),
    /// Something that was found out to be untrue: digits that differ.
    Refused(String),
}

impl From<Failure> for Trip {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unreachable => Self::Unreachable { trouble: None, queued: false },
            failure => Self::Failure(failure),
        }
    }
}

impl From<ProfileError> for Trip {
    fn from(error: ProfileError) -> Self {
        Self::Profile(error)
    }
}

impl From<StartError> for Trip {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Profile(error) => Self::Profile(error),
            StartError::Tls(error) => Self::Tls(error),
            StartError::System(error) => Self::System(error.to_string()),
            StartError::Open(OpenError::Store(error)) => {
                let newer = matches!(error, StoreError::Newer { .. });
                Self::Store { newer, reason: error.to_string() }
            }
            StartError::Open(error) => Self::Store { newer: false, reason: error.to_string() },
        }
    }
}

impl From<std::io::Error> for Trip {
    fn from(error: std::io::Error) -> Self {
        Self::System(error.to_string())
    }
}

impl Trip {
    /// The program's exit code; `docs/cli.md` has the table.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Failure(Failure::Invalid { .. } | Failure::OtherServer { .. }) => 2,
            Self::Unreachable { .. } | Self::Failure(Failure::Unreachable) => 3,
            Self::Failure(Failure::Refused { code, .. }) => match code {
                Code::RateLimited | Code::Overloaded => 3,
                Code::NotFound => 5,
                Code::Unauthorized | Code::DeviceRevoked | Code::ProfileCopied => 6,
                Code::BadRequest | Code::Internal | Code::Unknown => 1,
                _ => 4,
            },
            Self::Failure(Failure::NotAllowed { .. } | Failure::WrongCode { .. } | Failure::CodeExpired)
            | Self::Refused(_) => 4,
            Self::Failure(Failure::NotFound | Failure::LinkEnded) | Self::NotFound(_) => 5,
            Self::Failure(Failure::NotSignedIn) | Self::SignedOut => 6,
            Self::Timeout { .. } | Self::NothingCame => 7,
            Self::Failure(Failure::AlreadySignedIn) | Self::Profile(ProfileError::Locked { .. }) => 8,
            Self::Failure(Failure::NotReady { reason: Reason::FileGone }) => 5,
            Self::Failure(Failure::NotReady { reason: Reason::FileDamaged }) => 1,
            Self::Failure(Failure::NotReady { .. }) => 9,
            Self::Failure(_) | Self::Profile(_) | Self::Store { .. } | Self::Tls(_) | Self::System(_) => 1,
        }
    }

    /// A stable name for scripts.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Failure(Failure::Refused { .. }) => "refused",
            Self::Failure(Failure::Unreachable) | Self::Unreachable { .. } => "unreachable",
            Self::Failure(Failure::NotSignedIn) | Self::SignedOut => "not_signed_in",
            Self::Failure(Failure::AlreadySignedIn) => "already_signed_in",
            Self::Failure(Failure::NotFound | Failure::LinkEnded) | Self::NotFound(_) => "not_found",
            Self::Failure(Failure::NotAllowed { .. }) | Self::Refused(_) => "not_allowed",
            Self::Failure(Failure::Invalid { .. } | Failure::OtherServer { .. }) | Self::Usage(_) => "invalid",
            Self::Failure(Failure::NotReady { .. }) => "not_ready",
            Self::Failure(Failure::WrongCode { .. }) => "wrong_code",
            Self::Failure(Failure::CodeExpired) => "code_expired",
            Self::Failure(Failure::Store) | Self::Store { .. } => "store",
            Self::Timeout { .. } | Self::NothingCame => "timeout",
            Self::Profile(ProfileError::Locked { .. }) => "profile_in_use",
            Self::Failure(_) | Self::Profile(_) | Self::Tls(_) | Self::System(_) => "failure",
        }
    }

    /// The server's code, if it refused.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Failure(Failure::Refused { code, .. }) => Some(*code),
            _ => None,
        }
    }

    /// When it may be tried again, if the server said.
    pub const fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Failure(Failure::Refused { retry_after_ms, .. }) => *retry_after_ms,
            _ => None,
        }
    }

    /// How often a code may still be tried.
    pub const fn tries_left(&self) -> Option<u32> {
        match self {
            Self::Failure(Failure::WrongCode { tries_left }) => Some(*tries_left),
            _ => None,
        }
    }

    /// For people.
    pub fn words(&self, lang: Lang) -> Words {
        let label = |label| lang.label(label).to_owned();
        let waits = |queued: bool| if queued { label(Label::StaysQueued) } else { label(Label::TryLater) };
        match self {
            Self::Failure(failure) => text::failure(lang, failure),
            Self::Unreachable { trouble, queued } => Words {
                what: match trouble {
                    Some(trouble) => format!("{}.", capital(text::trouble(lang, *trouble))),
                    None => text::failure(lang, &Failure::Unreachable).what,
                },
                todo: waits(*queued),
            },
            Self::Timeout { queued } => Words { what: label(Label::NotInTime), todo: waits(*queued) },
            Self::NothingCame => Words { what: label(Label::NothingCame), todo: String::new() },
            Self::SignedOut => Words { what: label(Label::SignedOutHere), todo: String::new() },
            Self::NotFound(said) | Self::Usage(said) | Self::System(said) | Self::Refused(said) => {
                Words { what: said.clone(), todo: String::new() }
            }
            Self::Profile(ProfileError::Locked { path, holder }) => Words {
                what: lang.sentence(&Sentence::ProfileInUse { path: &path.display().to_string(), holder }),
                todo: String::new(),
            },
            Self::Profile(ProfileError::Io { path, source }) => Words {
                what: lang.sentence(&Sentence::ProfileBroken {
                    path: &path.display().to_string(),
                    // Without the number, which tells people nothing.
                    reason: &std::io::Error::from(source.kind()).to_string(),
                }),
                todo: String::new(),
            },
            Self::Profile(error) => Words { what: format!("{}.", capital(&error.to_string())), todo: String::new() },
            Self::Store { newer: true, .. } => Words { what: label(Label::NewerStore), todo: String::new() },
            Self::Store { newer: false, reason } => {
                let words = text::failure(lang, &Failure::Store);
                Words { what: format!("{} ({reason})", words.what), todo: words.todo }
            }
            Self::Tls(error) => Words { what: format!("{}.", capital(&error.to_string())), todo: String::new() },
        }
    }
}
