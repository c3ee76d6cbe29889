//! The pages of the support desk in a real Chromium, as people use them: a day of each role, the keyboard alone, without
//! scripts; and each page that they see on the way is judged by axe-core, light and dark, wide and narrow.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

#[path = "browser/auditor.rs"]
mod auditor;
#[path = "browser/backups.rs"]
mod backups;
#[path = "browser/days.rs"]
mod days;
#[path = "browser/due.rs"]
mod due;
#[path = "browser/equipment.rs"]
mod equipment;
#[path = "browser/guide.rs"]
mod guide;
#[path = "browser/look.rs"]
mod look;
#[path = "browser/office.rs"]
mod office;
#[path = "browser/places.rs"]
mod places;
#[path = "browser/quality.rs"]
mod quality;
#[path = "browser/scene.rs"]
mod scene;
#[path = "browser/upkeep.rs"]
mod upkeep;
#[path = "browser/ways.rs"]
mod ways;
