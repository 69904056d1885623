//! What was found: one row for each figure, with its budget and what it was compared with.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::Result;
use serde::Serialize;

/// What a figure may be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Budget {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

/// How far a figure is from its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// Within it.
    Ok,
    /// Beyond it.
    Miss,
}

impl Budget {
    fn judge(self, value: f64) -> Verdict {
        let ok = match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        };
        if ok { Verdict::Ok } else { Verdict::Miss }
    }
}

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) name: String,
    /// How much it was.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
    /// How much it may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<Budget>,
    /// Whether that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// The same figure of the floor, in the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) floor: Option<f64>,
    /// Processor time that others than server and generator took meanwhile, as a share of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) others: Option<f64>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, budget: None, verdict: None, floor: None, others: None }
    }

    pub(crate) fn budget(mut self, budget: Budget) -> Self {
        self.budget = Some(budget);
        self.verdict = Some(budget.judge(self.value));
        self
    }

    pub(crate) const fn floor(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self
    }

    pub(crate) const fn others(mut self, others: f64) -> Self {
        self.others = Some(others);
        self
    }
}

/// All figures of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: String,
    rows: Vec<Row>,
}

impl Report {
    pub(crate) fn new(machine: String) -> Self {
        Self { machine, rows: Vec::new() }
    }

    pub(crate) fn extend(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
    }

    /// Prints it as one JSON object or as a table.
    pub(crate) fn print(&self, json: bool) -> Result<()> {
        let text = if json { serde_json::to_string_pretty(self)? } else { self.table() };
        writeln!(std::io::stdout(), "{text}")?;
        Ok(())
    }

    fn table(&self) -> String {
        let mut text = format!("{}\n\n", self.machine);
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let _ = writeln!(
            text,
            "{:width$}  {:>12} {:10}  {:>10}  {:>6}  {:>10}  {:>9}  {:>6}",
            "what", "value", "", "budget", "", "floor", "× floor", "others"
        );
        for row in &self.rows {
            let budget = row.budget.map_or_else(String::new, |budget| match budget {
                Budget::AtMost(limit) => format!("≤ {}", number(limit)),
                Budget::AtLeast(limit) => format!("≥ {}", number(limit)),
            });
            let verdict = row.verdict.map_or("", |verdict| match verdict {
                Verdict::Ok => "ok",
                Verdict::Miss => "MISS",
            });
            let floor = row.floor.map_or_else(String::new, number);
            let ratio = row.floor.map_or_else(String::new, |floor| format!("{:.2}", row.value / floor));
            let others = row.others.map_or_else(String::new, |others| format!("{:.0} %", others * 100.0));
            let _ = writeln!(
                text,
                "{:width$}  {:>12} {:10}  {budget:>10}  {verdict:>6}  {floor:>10}  {ratio:>9}  {others:>6}",
                row.name,
                number(row.value),
                row.unit,
            );
        }
        text
    }
}

/// A number with as many digits as mean something.
fn number(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// Says what is being done, for whoever waits.
pub(crate) fn progress(text: &str) {
    let _ = writeln!(std::io::stderr(), "· {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_its_budget() {
        let row = Row::new("rest", 31.0, "MiB").budget(Budget::AtMost(30.0));
        assert_eq!(row.verdict, Some(Verdict::Miss));
        let row = Row::new("rate", 31.0, "/s").budget(Budget::AtLeast(30.0)).floor(62.0);
        assert_eq!(row.verdict, Some(Verdict::Ok));
        let mut report = Report::new("here".to_owned());
        report.extend(vec![row]);
        assert!(report.table().contains("0.50"), "{}", report.table());
    }
}
