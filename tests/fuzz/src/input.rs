//! Choices, drawn from a case's bytes.

use crate::keys;
use arbitrary::{Arbitrary, Result, Unstructured};
use smartlayer_runtime::configs::money::EXISTENTIAL_DEPOSIT;
use smartlayer_types::{AccountId, Balance, MILLI_SLN, SLN};

/// The bytes of a case, read from the front.
pub struct Input<'a>(Unstructured<'a>);

impl<'a> Input<'a> {
	/// All choices of a case.
	pub fn new(bytes: &'a [u8]) -> Self {
		Self(Unstructured::new(bytes))
	}

	/// Whether nothing is left to choose by.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// Any value.
	pub fn any<T: Arbitrary<'a>>(&mut self) -> Result<T> {
		self.0.arbitrary()
	}

	/// A number below `count`, which is above zero.
	pub fn below(&mut self, count: usize) -> Result<usize> {
		self.0.int_in_range(0..=count.saturating_sub(1))
	}

	/// `true` in so many of 256 cases.
	pub fn in_256(&mut self, cases: u8) -> Result<bool> {
		Ok(self.any::<u8>()? < cases)
	}

	/// One of several; fails as at the end of the input where there is none.
	pub fn one<T: Clone>(&mut self, of: &[T]) -> Result<T> {
		if of.is_empty() {
			return Err(arbitrary::Error::EmptyChoose);
		}
		Ok(of[self.below(of.len())?].clone())
	}

	/// A person.
	pub fn person(&mut self) -> Result<AccountId> {
		let index = self.below(keys::PEOPLE.len())?;
		Ok(keys::PEOPLE[index].to_account_id())
	}

	/// A person or a wallet.
	pub fn account(&mut self) -> Result<AccountId> {
		if self.in_256(64)? {
			return Ok(keys::wallet(self.any::<u8>()?.into()));
		}
		self.person()
	}

	/// An account, or what has never been one.
	pub fn anybody(&mut self) -> Result<AccountId> {
		if self.in_256(24)? {
			return Ok(AccountId::new([self.any::<u8>()? % 4; 32]));
		}
		self.account()
	}

	/// An amount: mostly one that an account can have, now and then an extreme.
	pub fn amount(&mut self) -> Result<Balance> {
		Ok(match self.any::<u8>()? {
			0..=7 => 0,
			8..=15 => 1,
			16..=23 => Balance::MAX,
			24..=31 => EXISTENTIAL_DEPOSIT - 1,
			32..=39 => EXISTENTIAL_DEPOSIT,
			40..=47 => self.any()?,
			48..=79 => MILLI_SLN * Balance::from(self.any::<u16>()?),
			80..=191 => SLN * Balance::from(self.any::<u8>()?) + Balance::from(self.any::<u8>()?),
			192..=223 => 100 * SLN * Balance::from(self.any::<u8>()?),
			_ => 1_000 * SLN * Balance::from(self.any::<u8>()?),
		})
	}
}
