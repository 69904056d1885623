use beseda_model::Timestamp;

use super::StoreError;

/// What a daily budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Budget {
    /// Key packages of one account taken by another.
    KeyClaims,
    /// Conversations created by an account.
    Creates,
    /// Conversations with strangers started by an account.
    StrangerRequests,
    /// External joins of a device to a conversation.
    Joins,
    /// Codes sent to a phone number.
    PhoneCodesOfNumber,
    /// Codes asked for from an address prefix.
    PhoneCodesOfAddress,
    /// Codes sent by the server.
    PhoneCodes,
    /// Groups that an account asks to join by link.
    Asks,
    /// Reports of an account to the operator.
    Reports,
}

/// Daily budgets, counted per UTC day.
pub trait BudgetRepo {
    /// Uses up one of `allowed`; tells whether there was one left.
    fn spend(&mut self, budget: Budget, subject: &[u8], now: Timestamp, allowed: u64) -> Result<bool, StoreError>;
    /// Forgets what was spent on days before `now`'s.
    fn delete_old(&mut self, now: Timestamp) -> Result<u32, StoreError>;
}
