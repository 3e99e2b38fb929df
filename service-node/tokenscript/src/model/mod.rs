//! What a file says, as types.

pub(crate) mod argument;
pub(crate) mod attestation;
pub(crate) mod attribute;
pub(crate) mod card;
pub(crate) mod contract;
pub(crate) mod dependencies;
pub(crate) mod event;
mod family;
pub(crate) mod format;
mod label;
mod meta;
mod names;
pub(crate) mod origin;
pub(crate) mod reference;
mod selection;
pub(crate) mod token_script;
pub(crate) mod transaction;
pub(crate) mod view;

pub use argument::{Argument, ArgumentType, ArgumentValue};
pub use attestation::AttestationDefinition;
pub use attribute::Attribute;
pub use card::{Card, CardKind, TokenKind};
pub use contract::{Contract, Deployment};
pub use event::{EventCondition, EventField, EventOrigin, EventType};
pub use family::Family;
pub use format::{Format, FormatError};
pub use label::{Label, Quantity};
pub use meta::Meta;
pub use origin::{CallOrigin, Mapping, Origin, Source, TokenIdField};
pub use reference::{Reference, Step};
pub use selection::Selection;
pub use token_script::{TokenOrigin, TokenScript};
pub use transaction::TransactionTemplate;
pub use view::{IncludeKind, View, ViewKind, ViewPart};
