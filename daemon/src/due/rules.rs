//! The terms of what is due, each with where it comes from. What the procedure says nothing of is marked *inferred*.

/// The business day of the next month by which a month's report is delivered (R112).
pub const REPORT_DAY: u32 = crate::figures::indicators::REPORT_DAY;
/// Business days within which a ticket is attended (R028).
pub const TICKET_DAYS: u32 = 3;
/// Business days after closing by which a ticket is rated: until the last reminder (1.8, 5).
pub const RATING_DAYS: u32 = 5;
/// Business days within which quality management says that it received a report. Inferred.
pub const RECEIVE_DAYS: u32 = 3;
/// The business day of the month before a semester by which its programme is sent to be decided, so that there is time to decide. Inferred.
pub const PROGRAMME_SENT_DAY: u32 = 10;
/// Business days after its approval within which the copies of a programme are handed out. Inferred.
pub const HAND_OUT_DAYS: u32 = 3;
/// Business days within which heads of units say that they have their copy, and technicians that they have read a directive. Inferred.
pub const ACKNOWLEDGE_DAYS: u32 = 3;
/// Business days after which an answer of the ministry was awaited too long. Inferred.
pub const ANSWER_DAYS: u32 = 10;
/// Months after which a directive is looked through again. Inferred.
pub const REVIEW_MONTHS: u32 = 12;
/// Days before that from which on it is said. Inferred.
pub const REVIEW_AHEAD_DAYS: u64 = 30;
/// Items of one kind that are named; the rest is counted.
pub const NAMED: usize = 5;
