//! The words of the desk as the document of the API shows them: each with all that it may be. It may not know what they mean.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::desk::Verdict;
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

described! { Cause ExceptionKind Mode Rating RulingKind State Verdict }
