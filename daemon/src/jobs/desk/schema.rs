//! The words of the desk as the document of the API shows them: each with all that it may be. It may not know what they mean.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::desk::Verdict;
use crate::desk::account::{AccountKind, Outcome, StepKind};
use crate::desk::ticket::{Cause, ExceptionKind, Mode, Rating, RulingKind, State};

macro_rules! described {
    ($($kind:ident)*) => {
        $(impl PartialSchema for $kind {
            fn schema() -> RefOr<Schema> {
                let words = $kind::ALL.iter().map(|one| one.word());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $kind {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($kind))
            }
        })*
    };
}

described! { AccountKind Cause ExceptionKind Mode Outcome Rating RulingKind State StepKind Verdict }

/// Makes what an operation needs: its fields, which are the only ones that it takes.
macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        })*
    };
}
pub(super) use bodies;
