//! Sockets that have not said hello yet: few for each address prefix.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use beseda_model::Limits;

use crate::rates::AddressPrefix;

/// Counts them.
#[derive(Debug)]
pub(crate) struct Pending {
    most: u64,
    by_prefix: Mutex<HashMap<AddressPrefix, u64>>,
}

/// One of them; counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pending: Arc<Pending>,
    prefix: AddressPrefix,
}

impl Pending {
    /// None yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { most: limits.pending_sockets, by_prefix: Mutex::default() }
    }

    /// A place for one more, if there is one.
    pub(crate) fn take(self: &Arc<Self>, prefix: AddressPrefix) -> Option<Place> {
        let mut by_prefix = self.by_prefix.lock().unwrap_or_else(PoisonError::into_inner);
        let count = by_prefix.entry(prefix).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { pending: self.clone(), prefix })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_prefix = self.pending.by_prefix.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_prefix.get_mut(&self.prefix) {
            *count -= 1;
            if *count == 0 {
                by_prefix.remove(&self.prefix);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use beseda_model::LIMITS;

    use super::*;

    #[test]
    fn as_many_as_the_limit_wait_from_one_network() {
        let pending = Arc::new(Pending::new(&LIMITS));
        let here = AddressPrefix::from(IpAddr::from([192, 0, 2, 1]));
        let there = AddressPrefix::from(IpAddr::from([198, 51, 100, 1]));
        let mut places: Vec<_> = (0..LIMITS.pending_sockets).map_while(|_| pending.take(here)).collect();
        assert_eq!(places.len() as u64, LIMITS.pending_sockets);
        assert!(pending.take(here).is_none());
        assert!(pending.take(there).is_some());
        places.pop();
        assert!(pending.take(here).is_some());
        drop(places);
        assert!(pending.by_prefix.lock().expect("not poisoned").is_empty());
    }
}
