//! The course of an indicator over months as bars with the line of its target, drawn without a script and readable in grey. It may not
//! know what the figures mean.

use crate::figures::fraction::decimal;

/// What each month is given, in units of the drawing.
const SLOT: i64 = 56;
/// How wide a bar is.
const BAR: i64 = 34;
/// How high the highest bar or the target is.
const HIGH: i64 = 72;
/// Room above for the figures, and below for the months.
const ABOVE: i64 = 18;
const BELOW: i64 = 16;
/// Room at the right for the target's words.
const BESIDE: i64 = 74;

/// A month.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) height: i64,
    /// The middle of it.
    pub(super) middle: i64,
    /// Its figure; none without data.
    pub(super) value: Option<String>,
    pub(super) period: String,
    /// Whether it is the month of the page.
    pub(super) is_last: bool,
}

/// The drawing.
pub(super) struct Trend {
    /// All that it shows, in words.
    pub(super) words: String,
    pub(super) width: i64,
    pub(super) height: i64,
    /// Where the bars stand on.
    pub(super) ground: i64,
    /// Where the line of the ground and of the target end.
    pub(super) end: i64,
    pub(super) bars: Vec<Bar>,
    /// How high the target's line is, and its figure.
    pub(super) target: Option<(i64, String)>,
    pub(super) base: i64,
}

/// Bars for these months with their figures in hundredths; none where fewer than two have any.
pub(super) fn trend(name: &str, points: &[(String, Option<i64>)], target: Option<i64>) -> Option<Trend> {
    if points.iter().filter(|(_, value)| value.is_some()).count() < 2 {
        return None;
    }
    let highest = points.iter().filter_map(|(_, value)| *value).chain(target).max().unwrap_or(1).max(1);
    let ground = ABOVE + HIGH;
    let up = |value: i64| value.clamp(0, highest) * HIGH / highest;
    let bar = |(at, (period, value)): (i64, &(String, Option<i64>))| {
        let height = value.map_or(0, up);
        Bar {
            x: at * SLOT + (SLOT - BAR) / 2,
            y: ground - height,
            height,
            middle: at * SLOT + SLOT / 2,
            value: value.map(decimal),
            period: period.clone(),
            is_last: usize::try_from(at + 1) == Ok(points.len()),
        }
    };
    let bars: Vec<Bar> = (0..).zip(points).map(bar).collect();
    let said = |bar: &Bar| format!("{} {}", bar.period, bar.value.as_deref().unwrap_or("sin datos"));
    let mut words = format!("{name}: {}", bars.iter().map(said).collect::<Vec<_>>().join("; "));
    if let Some(target) = target {
        words.push_str(&format!(". Meta: {}", decimal(target)));
    }
    let end = i64::try_from(bars.len()).unwrap_or_default() * SLOT;
    Some(Trend {
        words,
        width: end + if target.is_some() { BESIDE } else { 0 },
        height: ground + BELOW,
        ground,
        end,
        bars,
        target: target.map(|target| (ground - up(target), decimal(target))),
        base: ground + BELOW - 4,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(values: &[Option<i64>]) -> Vec<(String, Option<i64>)> {
        (1..).zip(values).map(|(month, value)| (format!("mes {month}"), *value)).collect()
    }

    #[test]
    fn bars_stand_on_the_ground_and_reach_as_high_as_their_figures() {
        let drawn = trend("I1", &months(&[Some(10_000), None, Some(5_000)]), Some(8_000)).unwrap();
        let heights: Vec<_> = drawn.bars.iter().map(|bar| (bar.y + bar.height, bar.height)).collect();
        assert_eq!(heights, [(90, 72), (90, 0), (90, 36)]);
        assert_eq!(drawn.target.as_ref().map(|(y, _)| *y), Some(90 - 57));
        assert!(drawn.bars.iter().all(|bar| bar.x + BAR <= drawn.end), "no bar stands in another's place");
        assert_eq!(drawn.words, "I1: mes 1 100.00; mes 2 sin datos; mes 3 50.00. Meta: 80.00");
        assert!(drawn.bars.iter().map(|bar| bar.is_last).eq([false, false, true]));
    }

    #[test]
    fn one_figure_is_no_course_and_zeros_are_drawn_without_dividing_by_them() {
        assert!(trend("I1", &months(&[None, Some(100)]), None).is_none());
        let drawn = trend("I1", &months(&[Some(0), Some(0)]), None).unwrap();
        assert!(drawn.bars.iter().all(|bar| bar.height == 0) && drawn.target.is_none());
    }
}
