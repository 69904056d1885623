//! Search on the device: Russian and English word forms, beginnings of words, filters by place, person and time.

pub mod index;
pub mod query;
pub mod words;
