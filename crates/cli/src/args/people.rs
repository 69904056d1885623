use clap::{Args, Subcommand, ValueEnum};

use beseda_wire::request::ReportReason;
use beseda_wire::state::Audience;

/// A server to join.
#[derive(Debug, Args)]
pub struct Joining {
    /// The server's address, such as `https://chat.example.org`.
    #[arg(long, env = "BESEDA_SERVER", value_name = "ADDRESS")]
    pub server: String,
    /// What this device is called among your devices; the machine's name otherwise.
    #[arg(long, value_name = "NAME")]
    pub device_name: Option<String>,
}

/// What to do with devices.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Your devices.
    List,
    /// Let in a new device that shows this code. Shows six digits to compare, and asks.
    Approve {
        /// As shown by the new device.
        code: String,
        /// The digits that the new device shows: approve without asking if they are the same, else refuse.
        #[arg(long, value_name = "DIGITS")]
        comparison: Option<String>,
    },
    /// Turn a new device down.
    Refuse {
        /// As shown by the new device.
        code: String,
    },
    /// Remove a device from your account.
    Remove {
        /// Its id, or the end of it.
        device: String,
    },
}

/// What contacts see.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    /// Your name.
    #[arg(long)]
    pub name: Option<String>,
    /// Some words about yourself.
    #[arg(long)]
    pub bio: Option<String>,
    /// What you are up to.
    #[arg(long)]
    pub status: Option<String>,
    /// How long the status holds, such as `8h`.
    #[arg(long, value_name = "TIME", requires = "status")]
    pub status_for: Option<String>,
}

/// Who sees what.
#[derive(Debug, Args)]
pub struct PrivacyArgs {
    /// Who may begin a conversation with you.
    #[arg(long, value_enum)]
    pub requests: Option<Circle>,
    /// Who may add you to groups.
    #[arg(long, value_enum)]
    pub group_adds: Option<Circle>,
    /// Who sees whether you are there; you see of others only what you show.
    #[arg(long, value_enum)]
    pub presence: Option<Circle>,
    /// Whether others see how far you have read; if not, you do not see theirs.
    #[arg(long)]
    pub read_marks: Option<bool>,
    /// Whether you are found by the beginning of your username.
    #[arg(long)]
    pub searchable: Option<bool>,
}

/// A circle of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Circle {
    /// Everyone on the server.
    Everyone,
    /// Those you have an accepted direct conversation with.
    Contacts,
    /// Nobody.
    Nobody,
}

impl From<Circle> for Audience {
    fn from(circle: Circle) -> Self {
        match circle {
            Circle::Everyone => Self::Everyone,
            Circle::Contacts => Self::Contacts,
            Circle::Nobody => Self::Nobody,
        }
    }
}

/// Everyone or one.
#[derive(Debug, Args)]
pub struct Who {
    /// Only this person.
    pub person: Option<String>,
}

/// What is wrong with somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wrong {
    /// Advertising, or the same to many.
    Spam,
    /// Insults, threats, harassment.
    Abuse,
    /// They pretend to be somebody else.
    Impersonation,
    /// What the law forbids.
    Illegal,
    /// Something else.
    Other,
}

impl From<Wrong> for ReportReason {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Spam => Self::Spam,
            Wrong::Abuse => Self::Abuse,
            Wrong::Impersonation => Self::Impersonation,
            Wrong::Illegal => Self::Illegal,
            Wrong::Other => Self::Other,
        }
    }
}
