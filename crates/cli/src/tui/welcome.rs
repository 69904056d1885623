//! The first-run screen: everything that a new person needs to come in.

use super::editor::Editor;
use crate::text::Label;

/// The screen's state.
#[derive(Debug, Clone, Default)]
pub struct Welcome {
    /// The marked way, or the chosen one.
    pub way: Way,
    /// What is shown.
    pub stage: Stage,
    /// What was typed.
    pub form: Form,
    /// The field that has the cursor.
    pub field: usize,
    /// What is wrong with it, or what went wrong.
    pub problem: Option<String>,
}

/// How to come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// A new account without a name.
    Anonymous,
    /// A new account that can be found.
    #[default]
    Username,
    /// By phrase.
    Recover,
    /// By another device.
    Link,
    /// By password, as a new person.
    Reset,
}

impl Way {
    /// All of them, as shown.
    pub const ALL: [Self; 5] = [Self::Username, Self::Anonymous, Self::Recover, Self::Link, Self::Reset];

    /// Its name and its explanation.
    pub const fn labels(self) -> (Label, Label) {
        match self {
            Self::Anonymous => (Label::WayAnonymous, Label::WayAnonymousText),
            Self::Username => (Label::WayUsername, Label::WayUsernameText),
            Self::Recover => (Label::WayRecover, Label::WayRecoverText),
            Self::Link => (Label::WayLink, Label::WayLinkText),
            Self::Reset => (Label::WayReset, Label::WayResetText),
        }
    }

    /// What it asks for.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Anonymous => &[Field::Server, Field::Invite, Field::Device],
            Self::Username => {
                &[Field::Server, Field::Username, Field::OptionalPassword, Field::Again, Field::Invite, Field::Device]
            }
            Self::Recover => &[Field::Server, Field::Phrase, Field::Device],
            Self::Link => &[Field::Server, Field::Device],
            Self::Reset => &[Field::Server, Field::Username, Field::Password, Field::Device],
        }
    }
}

/// What the screen shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stage {
    /// The ways.
    #[default]
    Choose,
    /// The fields of one.
    Fill,
    /// The server is being asked.
    Wait,
    /// A link's code, then the digits to compare.
    Link {
        /// The code.
        code: String,
        /// The digits.
        comparison: Option<String>,
    },
    /// The new phrase.
    Phrase {
        /// 24 words.
        words: String,
    },
}

/// What was typed.
#[derive(Clone, Default)]
pub struct Form {
    /// See [`Field`].
    pub server: Editor,
    /// See [`Field`].
    pub username: Editor,
    /// See [`Field`].
    pub password: Editor,
    /// See [`Field`].
    pub again: Editor,
    /// See [`Field`].
    pub invite: Editor,
    /// See [`Field`].
    pub phrase: Editor,
    /// See [`Field`].
    pub device: Editor,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Form(…)")
    }
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Server,
    Username,
    Password,
    OptionalPassword,
    Again,
    Invite,
    Phrase,
    Device,
}

impl Field {
    /// Its name.
    pub const fn label(self) -> Label {
        match self {
            Self::Server => Label::FieldServer,
            Self::Username => Label::FieldUsername,
            Self::Password => Label::FieldPassword,
            Self::OptionalPassword => Label::FieldPasswordOptional,
            Self::Again => Label::FieldPasswordAgain,
            Self::Invite => Label::FieldInvite,
            Self::Phrase => Label::FieldPhrase,
            Self::Device => Label::FieldDevice,
        }
    }

    /// Whether what is typed is not shown.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::OptionalPassword | Self::Again)
    }
}

impl Form {
    /// The text of a field.
    pub const fn field(&self, field: Field) -> &Editor {
        match field {
            Field::Server => &self.server,
            Field::Username => &self.username,
            Field::Password | Field::OptionalPassword => &self.password,
            Field::Again => &self.again,
            Field::Invite => &self.invite,
            Field::Phrase => &self.phrase,
            Field::Device => &self.device,
        }
    }

    /// The same, to be changed.
    pub const fn field_mut(&mut self, field: Field) -> &mut Editor {
        match field {
            Field::Server => &mut self.server,
            Field::Username => &mut self.username,
            Field::Password | Field::OptionalPassword => &mut self.password,
            Field::Again => &mut self.again,
            Field::Invite => &mut self.invite,
            Field::Phrase => &mut self.phrase,
            Field::Device => &mut self.device,
        }
    }
}

impl Welcome {
    /// A screen on which server and device name are filled in.
    pub fn new(server: String, device: String) -> Self {
        let form = Form { server: Editor::with(server), device: Editor::with(device), ..Form::default() };
        Self { form, ..Self::default() }
    }
}
