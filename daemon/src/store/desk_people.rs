//! What the desk asks of people: their names, their units, and who holds a role today.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::columns::{Columns, FromColumns, Read};
use super::db::{Store, read};
use super::error::StoreError;
use super::question::Question;
use crate::desk::people::Role;

/// How a person is named where others read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// Their id.
    pub id: i64,
    /// Their login.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Their post.
    pub post: String,
    /// The name of their unit.
    pub unit: Option<String>,
}

impl FromColumns for Face {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        Ok(Self {
            id: row.int("id")?,
            login: row.text("login")?,
            name: row.text("name")?,
            post: row.text("post")?,
            unit: row.maybe_text("unit_name")?,
        })
    }
}

/// A unit that may be missing.
struct OfUnit(Option<i64>);

impl FromColumns for OfUnit {
    fn from_columns(row: &impl Columns) -> Read<Self> {
        row.maybe_int("unit").map(Self)
    }
}

impl Store {
    /// How these people are named.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn faces(&self, ids: &BTreeSet<i64>) -> Result<BTreeMap<i64, Face>, StoreError> {
        let sql = "SELECT users.id, users.login, users.name, users.post, units.name AS unit_name
             FROM users LEFT JOIN units ON units.id = users.unit WHERE users.id IN (0";
        // As many places as a power of two, so that there are few questions to prepare; nobody has the id 0.
        let filler = std::iter::repeat_n(0, ids.len().next_power_of_two() - ids.len());
        let ids = ids.iter().copied().chain(filler);
        let question = ids.fold(Question::new(sql), |question, id| question.with(", ?", [id.into()]));
        let faces: Vec<Face> = question.with(")", []).ask(self, "the people").await?;
        Ok(faces.into_iter().map(|face| (face.id, face)).collect())
    }

    /// The active people who hold a role on a day.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn holders(&self, role: Role, day: NaiveDate) -> Result<Vec<i64>, StoreError> {
        let sql = r#"SELECT DISTINCT users.id AS value FROM users JOIN user_roles ON user_roles."user" = users.id
             WHERE users.active = 1 AND user_roles.role = $1 AND user_roles.from_day <= $2
               AND (user_roles.until_day IS NULL OR user_roles.until_day >= $2)
             ORDER BY value"#;
        read!(self, "who holds a role", sql, role.word(), day.to_string())
    }

    /// The unit of an active person; `None` where there is no such person.
    ///
    /// # Errors
    /// [`StoreError::Read`], [`StoreError::Slow`].
    pub async fn unit_of(&self, user: i64) -> Result<Option<Option<i64>>, StoreError> {
        let units: Vec<OfUnit> = read!(self, "a person", "SELECT unit FROM users WHERE id = $1 AND active = 1", user)?;
        Ok(units.into_iter().next().map(|unit| unit.0))
    }
}
