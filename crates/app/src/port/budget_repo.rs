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
    /// Bytes that an account announces for upload.
    UploadedBytes,
}

/// Daily budgets, counted per UTC day.
pub trait BudgetRepo {
    /// Uses up `amount` of `allowed`, or nothing if so much is not left; tells whether it was.
    fn spend_many(
        &mut self,
        budget: Budget,
        subject: &[u8],
        now: Timestamp,
        amount: u64,
        allowed: u64,
    ) -> Result<bool, StoreError>;
    /// Uses up one of `allowed`; tells whether there was one left.
    fn spend(&mut self, budget: Budget, subject: &[u8], now: Timestamp, allowed: u64) -> Result<bool, StoreError> {
        self.spend_many(budget, subject, now, 1, allowed)
    }
    /// Forgets what was spent on days before `now`'s.
    fn delete_old(&mut self, now: Timestamp) -> Result<u32, StoreError>;
}
