use clap::{Args, Subcommand};

use super::Joining;

/// Other ways to join.
#[derive(Debug, Subcommand)]
pub enum JoinCommand {
    /// Make a new account with your phone number: a code comes as a text message (asked for, or BESEDA_CODE, or standard
    /// input).
    Phone(PhoneJoining),
}

/// Joining by phone number.
#[derive(Debug, Args)]
pub struct PhoneJoining {
    /// Where, and as which device.
    #[command(flatten)]
    pub joining: Joining,
    /// The number.
    #[command(flatten)]
    pub number: Numbered,
    /// How people find you; without one nobody can search for you.
    #[arg(long)]
    pub username: Option<String>,
    /// An invitation, if the server asks for one.
    #[arg(long, env = "BESEDA_INVITE", hide_env_values = true)]
    pub invite: Option<String>,
    /// Make a new account even if another one has the number; that one loses it and is otherwise left alone.
    #[arg(long, conflicts_with = "reset")]
    pub afresh: bool,
    /// Become a new person in the place of an account that nobody has used for long.
    #[arg(long, conflicts_with = "username")]
    pub reset: bool,
}

/// A phone number.
#[derive(Debug, Args)]
pub struct Numbered {
    /// The number, with its country's code, or as it is written in the country.
    pub phone: String,
    /// The two letters of the country of a number without a country's code, such as `RU`.
    #[arg(long, value_name = "COUNTRY")]
    pub region: Option<String>,
    /// A code was sent already: do not ask for another one.
    #[arg(long)]
    pub code_sent: bool,
}

/// One's own number.
#[derive(Debug, Args)]
pub struct OwnPhone {
    /// A new number, with its country's code, or as it is written in the country; without one, yours is shown.
    pub phone: Option<String>,
    /// The two letters of the country of a number without a country's code, such as `RU`.
    #[arg(long, value_name = "COUNTRY", requires = "phone")]
    pub region: Option<String>,
    /// A code was sent already: do not ask for another one.
    #[arg(long, requires = "phone")]
    pub code_sent: bool,
    /// Remove your number.
    #[arg(long, conflicts_with = "phone")]
    pub off: bool,
    /// Take the number even if another account has it.
    #[arg(long, requires = "phone")]
    pub take: bool,
}
