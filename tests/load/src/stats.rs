//! A histogram of durations with a relative error below two percent and constant memory.

/// Sub-buckets per power of two.
const FINE: u64 = 64;
const FINE_BITS: u32 = 6;
const BUCKETS: usize = 64 * 40;

/// Durations in microseconds.
#[derive(Clone)]
pub(crate) struct Histogram {
    counts: Vec<u32>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, max: 0 }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, micros: u64) {
        if let Some(count) = self.counts.get_mut(bucket(micros)) {
            *count = count.saturating_add(1);
        }
        self.total += 1;
        self.max = self.max.max(micros);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    pub(crate) const fn count(&self) -> u64 {
        self.total
    }

    /// The duration in milliseconds that `percent` of all stay at or below.
    pub(crate) fn percentile_ms(&self, percent: f64) -> f64 {
        let wanted = self.total as f64 * percent / 100.0;
        let mut seen = 0.0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += f64::from(*count);
            if seen >= wanted && seen > 0.0 {
                return upper(at as u64).min(self.max) as f64 / 1_000.0;
            }
        }
        self.max as f64 / 1_000.0
    }
}

fn bucket(micros: u64) -> usize {
    let index = if micros < FINE {
        micros
    } else {
        let power = u64::from(micros.ilog2() - FINE_BITS);
        FINE * (power + 1) + ((micros >> power) - FINE)
    };
    usize::try_from(index).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

const fn upper(bucket: u64) -> u64 {
    if bucket < FINE {
        return bucket;
    }
    let power = bucket / FINE - 1;
    let fine = bucket % FINE + FINE;
    ((fine + 1) << power) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_two_percent() {
        let mut histogram = Histogram::default();
        for micros in 1..=100_000 {
            histogram.record(micros);
        }
        assert_eq!(histogram.count(), 100_000);
        for (percent, exact) in [(50.0, 50.0), (99.0, 99.0), (100.0, 100.0)] {
            let found = histogram.percentile_ms(percent);
            assert!((found - exact).abs() <= exact * 0.02, "{percent}: {found}");
        }
    }

    #[test]
    fn each_bucket_ends_where_the_next_begins() {
        for at in 0..FINE * 20 {
            assert_eq!(bucket(upper(at)), usize::try_from(at).expect("small"));
            assert_eq!(bucket(upper(at) + 1), usize::try_from(at + 1).expect("small"));
        }
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let (mut left, mut right) = (Histogram::default(), Histogram::default());
        left.record(10);
        right.record(2_000_000);
        left.merge(&right);
        assert_eq!(left.count(), 2);
        assert!((left.percentile_ms(100.0) - 2_000.0).abs() < 1.0);
        assert!((Histogram::default().percentile_ms(99.0)).abs() < f64::EPSILON);
    }
}
