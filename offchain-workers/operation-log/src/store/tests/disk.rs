//! A disk in memory that remembers what was flushed when, and can fail, be cut off or be damaged.

use crate::store::{
	open::{builder, refusal, start},
	witness::Witness,
	OpenError, Store, StoreParams,
};
use parking_lot::Mutex;
use redb::StorageBackend;
use std::{io, path::Path, sync::Arc};

/// What happened to the disk.
#[derive(Clone, Debug)]
pub enum Happening {
	Write {
		offset: usize,
		data: Vec<u8>,
	},
	Length(usize),
	Flush,
	/// The store has told somebody that this commit is on disk.
	Acknowledged(u64),
}

#[derive(Debug, Default)]
struct State {
	bytes: Vec<u8>,
	history: Vec<Happening>,
	/// How many more flushes succeed.
	flushes: Option<u64>,
}

/// Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
	pub fn with(bytes: Vec<u8>) -> Self {
		Self(Arc::new(Mutex::new(State { bytes, ..Default::default() })))
	}

	pub fn bytes(&self) -> Vec<u8> {
		self.0.lock().bytes.clone()
	}

	pub fn history(&self) -> Vec<Happening> {
		self.0.lock().history.clone()
	}

	pub fn acknowledge(&self, number: u64) {
		self.0.lock().history.push(Happening::Acknowledged(number));
	}

	/// From now on, flushing fails.
	pub fn break_down(&self) {
		self.0.lock().flushes = Some(0);
	}

	/// Opens a store on this disk, with a mark that says what was acknowledged.
	pub fn open(&self, params: &StoreParams, recorded: u64) -> Result<Store, OpenError> {
		let path = Path::new("memory");
		let database = builder(&params.limits)
			.create_with_backend(self.clone())
			.map_err(|error| refusal(error, path))?;
		let (mut witness, _) =
			Witness::open(&params.directory.join("mark"), params.genesis).unwrap();
		witness.record(recorded).unwrap();
		start(database, path, (witness, recorded), params)
	}
}

/// Makes a change to the bytes of a disk.
pub fn apply(bytes: &mut Vec<u8>, happening: &Happening) {
	match happening {
		Happening::Write { offset, data } => {
			let end = offset + data.len();
			bytes.resize(bytes.len().max(end), 0);
			bytes[*offset..end].copy_from_slice(data);
		},
		Happening::Length(length) => bytes.resize(*length, 0),
		Happening::Flush | Happening::Acknowledged(_) => (),
	}
}

impl State {
	fn change(&mut self, happening: Happening) {
		apply(&mut self.bytes, &happening);
		self.history.push(happening);
	}
}

impl StorageBackend for Disk {
	fn len(&self) -> io::Result<u64> {
		Ok(self.0.lock().bytes.len() as u64)
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		let state = self.0.lock();
		let offset = usize::try_from(offset).unwrap();
		let found = state.bytes.get(offset..offset.saturating_add(out.len()));
		out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
		Ok(())
	}

	fn set_len(&self, length: u64) -> io::Result<()> {
		self.0.lock().change(Happening::Length(usize::try_from(length).unwrap()));
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		let mut state = self.0.lock();
		if let Some(left) = &mut state.flushes {
			*left = left.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
		}
		state.change(Happening::Flush);
		Ok(())
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		let offset = usize::try_from(offset).unwrap();
		self.0.lock().change(Happening::Write { offset, data: data.to_vec() });
		Ok(())
	}
}
