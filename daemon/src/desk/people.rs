//! Who asks: a person with the roles of one day. It may not know how anybody logs in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words! {
    /// What a person may be beyond somebody who asks for support, which everybody is (procedure, 6.3).
    Role {
        /// Attends tickets.
        Technician = "technician", "Técnico";
        /// Head of the department of information technology, or the person assigned or liaison, by delegation.
        Chief = "chief", "Jefe del DTI";
        /// Direction or subdirection.
        Direction = "direction", "Dirección o Subdirección";
        /// Head of a process or department; of which, the unit says.
        UnitHead = "unit_head", "Jefe de proceso o departamento";
        /// Quality management: reads everything of the quality system.
        Quality = "quality", "Gestión de Calidad";
        /// Keeps accounts and settings, and no business data.
        Administrator = "administrator", "Administrador técnico";
    }
}

impl Role {
    /// Whether one person may be both: who keeps the accounts writes no business data.
    pub fn agrees_with(self, other: Self) -> bool {
        let keeps = |role| role == Self::Administrator;
        keeps(self) == keeps(other) || [self, other].contains(&Self::UnitHead)
    }
}

words! {
    /// What a unit is.
    UnitKind {
        /// The direction.
        Direction = "direction", "Dirección";
        /// The subdirection.
        Subdirection = "subdirection", "Subdirección";
        /// A department.
        Department = "department", "Departamento";
        /// A process.
        Process = "process", "Proceso";
    }
}

/// A role for some days: a delegation ends by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day; none for as long as it lasts.
    pub until: Option<NaiveDate>,
}

impl Grant {
    /// Whether it holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// Somebody who does something, with what they are on this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person's id.
    pub id: i64,
    /// Their unit.
    pub unit: Option<i64>,
    /// The units whose head they are.
    pub heads: Vec<i64>,
    /// What they are today.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Whether they are this today.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they attend tickets.
    pub fn attends(&self) -> bool {
        self.is(Role::Technician) || self.is(Role::Chief)
    }
}
