//! What can go wrong with the tree on disk.

use sp_core::H256;
use std::{
	io,
	path::{Path, PathBuf},
};

/// Why something can't be done with a state tree.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
	/// The disk or the operating system refuses; the same may work later, on a tree that is opened again.
	#[error("{}: {source}", path.display())]
	Io {
		/// Which file or folder.
		path: PathBuf,
		/// What the operating system says.
		source: io::Error,
	},
	/// The files are not what was written: restore them, or synchronise the state anew into an empty folder.
	#[error("{} is damaged: {damage}", path.display())]
	Damaged {
		/// Which file or folder.
		path: PathBuf,
		/// What is wrong with it.
		damage: Damage,
	},
	/// Another process has the folder open.
	#[error("{} is in use", .0.display())]
	InUse(PathBuf),
	/// The folder already has a tree.
	#[error("{} has a state already", .0.display())]
	NotEmpty(PathBuf),
	/// A write failed after the journal was durable: open the tree again.
	#[error("an earlier write failed, the state must be opened again")]
	Unfinished,
	/// The overlay was made on top of another state than the confirmed one: apply the changes again.
	#[error("the overlay was made on top of another state")]
	Stale,
	/// The overlay has not the root that it is to be confirmed with.
	#[error("the overlay has root {found:?}, not {wanted:?}")]
	WrongRoot {
		/// The overlay's.
		found: H256,
		/// The one it is to be confirmed with.
		wanted: H256,
	},
	/// The interval is not after the confirmed one.
	#[error("interval {wanted} is not after {confirmed}")]
	OldInterval {
		/// The confirmed one.
		confirmed: u64,
		/// The one asked for.
		wanted: u64,
	},
	/// Changes ascend by class and instance, each instance once, classes from 1.
	#[error("changes do not ascend strictly by class and instance")]
	Unordered,
	/// There is no room for more than 2^36 leaves.
	#[error("the tree is full")]
	Full,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
	/// It is shorter than it must be.
	#[error("it ends too early")]
	TooShort,
	/// It does not begin as such a file does.
	#[error("it is not such a file, or of another version")]
	Foreign,
	/// Its checksum is another.
	#[error("the checksum is wrong")]
	Checksum,
	/// A part of it is missing.
	#[error("a part is missing")]
	Gap,
	/// Its nodes do not lead to the root.
	#[error("its nodes do not lead to the root")]
	Root,
	/// A leaf is not what its node says.
	#[error("a leaf is not under its node")]
	Leaf,
	/// A key is not where it is said to be.
	#[error("a key is not where the index has it")]
	Key,
}

/// Names the file in an error of the operating system; one that ends too early is damaged.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StateError + '_ {
	move |source| match source.kind() {
		io::ErrorKind::UnexpectedEof => damaged(path, Damage::TooShort),
		_ => StateError::Io { path: path.to_owned(), source },
	}
}

/// A damaged file.
pub(super) fn damaged(path: &Path, damage: Damage) -> StateError {
	StateError::Damaged { path: path.to_owned(), damage }
}
