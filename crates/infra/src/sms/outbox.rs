//! Messages that go nowhere: who develops reads them here.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use beseda_app::port::{Sms, SmsSender, SmsSending};

/// Messages that are kept; older ones are dropped.
const KEPT: usize = 100;

/// Keeps the last messages in memory.
#[derive(Default)]
pub struct OutboxSms {
    messages: Mutex<VecDeque<Sms>>,
}

impl std::fmt::Debug for OutboxSms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutboxSms").finish_non_exhaustive()
    }
}

impl OutboxSms {
    /// What was sent, the newest first.
    pub fn messages(&self) -> Vec<Sms> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }
}

impl SmsSender for OutboxSms {
    fn send<'a>(&'a self, sms: &'a Sms) -> SmsSending<'a> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == KEPT {
            messages.pop_front();
        }
        messages.push_back(sms.clone());
        Box::pin(std::future::ready(Ok(())))
    }
}
