//! Token classes: their numbers, instances and kinds of operation.

/// Number of a token class, from 1; never given to another class.
pub type ClassId = u32;

/// One token of a class, as its contract numbers it.
pub type InstanceId = sp_core::U256;

/// A kind of operation of a class: an index into its rules, below [`MAX_KINDS`].
pub type Kind = u8;

/// The most kinds of operation that a class can have: the bits of an instance's mask.
pub const MAX_KINDS: u32 = 32;
