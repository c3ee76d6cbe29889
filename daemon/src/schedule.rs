//! When a plan is due: cron expressions in a time zone. Pure; it may not know what a job does.

/// When a plan runs.
#[derive(Debug, Clone)]
pub struct When {
    /// The expression as it was written.
    pub text: String,
}
