//! The configuration: YAML in, checked types out, all problems at once. Only this module knows YAML, and it may not
//! know how anything runs.

pub mod model;
