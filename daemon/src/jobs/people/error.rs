//! Why somebody does not get in, or a change of people is refused, in Spanish for whoever wanted it. It may not know pages.

use crate::config::secret::SecretError;
use crate::people::directory::DirectoryError;
use crate::people::password::HashError;
use crate::people::strength::Weak;
use crate::people::token::NoRandom;
use crate::store::error::StoreError;

/// Why somebody does not get in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// There is no such login, it may not log in, or the password is another: nobody hears which.
    #[error("el usuario o la contraseña no es correcto")]
    Wrong,
    /// Too many logins failed. The password was not looked at.
    #[error("hubo demasiados intentos fallidos; espere {seconds} segundos y vuelva a intentarlo")]
    Throttled {
        /// How long to wait.
        seconds: u64,
    },
    /// What is asked for the password does not answer.
    #[error("no se pudo comprobar la contraseña; avise al administrador técnico")]
    Check(#[from] CheckError),
    /// The database fails.
    #[error("no se pudo leer la base de datos; avise al administrador técnico")]
    Store(#[from] StoreError),
}

/// Why nobody knows whether a password is right.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The directory does not answer.
    #[error("the directory cannot say whether a password is right")]
    Directory(#[from] DirectoryError),
    /// The configuration has no directory, and somebody's password is in one.
    #[error("{login} has the password of a directory, and the configuration has no `desk.directory`")]
    NoDirectory {
        /// Whose.
        login: String,
    },
    /// The password of the search account cannot be read.
    #[error("the search account's password cannot be had")]
    Secret(#[from] SecretError),
    /// Hashing fails.
    #[error("a password cannot be compared")]
    Hash(#[from] HashError),
    /// There are no random numbers.
    #[error("nothing random can be made")]
    Random(#[from] NoRandom),
}

/// Why somebody's own password stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// The current one is another.
    #[error("la contraseña actual no es correcta")]
    Wrong,
    /// It was tried too often.
    #[error("hubo demasiados intentos fallidos; espere {seconds} segundos y vuelva a intentarlo")]
    Throttled {
        /// How long to wait.
        seconds: u64,
    },
    /// The new one is not good enough.
    #[error("{0}")]
    Weak(#[from] Weak),
    /// The new one is the current one.
    #[error("la contraseña nueva es igual a la actual; elija otra")]
    Same,
    /// It is kept elsewhere.
    #[error("su contraseña es la del directorio institucional; cámbiela allí")]
    Directory,
    /// Somebody else changed the account in the meantime.
    #[error("su cuenta cambió mientras tanto; vuelva a intentarlo")]
    Changed,
    /// Nobody knows whether it is right.
    #[error("no se pudo comprobar la contraseña; avise al administrador técnico")]
    Check(#[from] CheckError),
    /// The database fails.
    #[error("no se pudo leer la base de datos; avise al administrador técnico")]
    Store(#[from] StoreError),
}

impl From<LoginError> for PasswordError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::Wrong,
            LoginError::Throttled { seconds } => Self::Throttled { seconds },
            LoginError::Check(error) => Self::Check(error),
            LoginError::Store(error) => Self::Store(error),
        }
    }
}

/// Why a change of people is refused.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// They may not.
    #[error("no tiene permiso para hacer esto")]
    NotAllowed,
    /// There is no such person, unit, role or token.
    #[error("no existe {0}")]
    Unknown(String),
    /// A field does not hold what it needs to.
    #[error("{field}: {what}")]
    Field {
        /// The field's name in forms and programs.
        field: &'static str,
        /// What to write instead.
        what: String,
    },
    /// Another change came first.
    #[error("otra persona cambió esto mientras usted lo veía; vuelva a abrirlo y repita lo que falte")]
    Changed,
    /// Nobody changes what they may do themselves.
    #[error("nadie cambia sus propios permisos ni su propia cuenta; pídalo a otro administrador técnico")]
    Own,
    /// Nobody would be left who keeps accounts.
    #[error("no quedaría ningún administrador técnico activo; nombre a otro primero")]
    LastAdministrator,
    /// It cannot be said whether it may be.
    #[error("no se pudo crear o comprobar la contraseña")]
    Check(#[from] CheckError),
    /// The database fails.
    #[error("no se pudo usar la base de datos")]
    Store(#[from] StoreError),
}

impl PeopleError {
    /// A field that needs something else.
    pub(super) fn field(field: &'static str, what: impl Into<String>) -> Self {
        Self::Field { field, what: what.into() }
    }
}

impl From<crate::desk::Refused> for PeopleError {
    fn from(refused: crate::desk::Refused) -> Self {
        match refused {
            crate::desk::Refused::Field { field, what } => Self::Field { field, what },
            _ => Self::NotAllowed,
        }
    }
}
