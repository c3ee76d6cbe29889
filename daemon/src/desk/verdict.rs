//! The verdict by the deadline (*conformidad por plazo*), which is never the rating that the requester gives.

use chrono::NaiveDate;

words! {
    /// Whether the limit was kept (procedure, 6.2).
    Verdict {
        /// Within three business days (R029).
        Kept = "kept", "conforme";
        /// Within the limit of a confirmed extension.
        KeptExtended = "kept_extended", "conforme con ampliación";
        /// Late, and exempt: it hung on the ministry's servers, or on a purchase (R031, R032).
        Excepted = "excepted", "exceptuada";
        /// Late (R030).
        Late = "late", "servicio no conforme";
    }
}

/// The verdict on a ticket that was attended on this day. `last` is the limit after confirmed extensions, and never before
/// `first`.
pub fn verdict(first: NaiveDate, last: NaiveDate, attended: NaiveDate, excepted: bool) -> Verdict {
    if attended <= first {
        Verdict::Kept
    } else if attended <= last {
        Verdict::KeptExtended
    } else if excepted {
        Verdict::Excepted
    } else {
        Verdict::Late
    }
}
