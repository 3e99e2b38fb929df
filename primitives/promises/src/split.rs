//! The one place where a payment is divided.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use smartlayer_types::Balance;
use sp_runtime::Permill;

/// The shares by which a payment is divided; the payee gets the rest.
///
/// However it is made, it keeps the bounds: something is burned, the issuer gets at most [`Terms::MAX_ISSUER`], the
/// payee keeps at least [`Terms::MIN_PAYEE`].
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Terms {
	burned: Permill,
	issuer: Permill,
	anchors: Permill,
}

/// The shares break a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds;

impl Terms {
	/// The least share that is burned.
	pub const MIN_BURNED: Permill = Permill::from_parts(1);

	/// The largest share of an issuer.
	pub const MAX_ISSUER: Permill = Permill::from_percent(30);

	/// The least share that the payee keeps.
	pub const MIN_PAYEE: Permill = Permill::from_percent(50);

	/// The largest share that all others have together.
	const MAX_OTHERS: u32 = Permill::one().deconstruct() - Self::MIN_PAYEE.deconstruct();

	/// Terms with exactly these shares.
	pub fn new(burned: Permill, issuer: Permill, anchors: Permill) -> Result<Self, OutOfBounds> {
		let terms = Self::clamped(burned, issuer, anchors);
		let exact = Self { burned, issuer, anchors };
		if terms == exact {
			Ok(terms)
		} else {
			Err(OutOfBounds)
		}
	}

	/// Terms with these shares, each brought within its bounds. Where the payee would keep too little, first the
	/// anchors yield, then the issuer, then the burn.
	pub fn clamped(burned: Permill, issuer: Permill, anchors: Permill) -> Self {
		let mut left = Self::MAX_OTHERS;
		let mut take = |share: Permill| {
			let parts = share.deconstruct().min(left);
			left = left.saturating_sub(parts);
			Permill::from_parts(parts)
		};
		Self {
			burned: take(burned.max(Self::MIN_BURNED)),
			issuer: take(issuer.min(Self::MAX_ISSUER)),
			anchors: take(anchors),
		}
	}

	/// The same terms for a class without an issuer who could be paid: its share is burned.
	#[must_use]
	pub fn without_issuer(self) -> Self {
		let parts = self.burned.deconstruct().saturating_add(self.issuer.deconstruct());
		Self { burned: Permill::from_parts(parts), issuer: Permill::zero(), ..self }
	}

	/// The share that is burned.
	pub const fn burned(&self) -> Permill {
		self.burned
	}

	/// The issuer's share.
	pub const fn issuer(&self) -> Permill {
		self.issuer
	}

	/// The share of the anchors' pot.
	pub const fn anchors(&self) -> Permill {
		self.anchors
	}

	/// Whether the bounds hold, as they do for all terms that were not read from foreign bytes.
	pub fn is_within_bounds(&self) -> bool {
		Self::new(self.burned, self.issuer, self.anchors).is_ok()
	}
}

/// A payment, divided. The four parts add up to it.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Split {
	/// What ceases to exist.
	pub burned: Balance,
	/// What the class's issuer gets.
	pub issuer: Balance,
	/// What the anchors' pot gets.
	pub anchors: Balance,
	/// What the payee gets.
	pub payee: Balance,
}

impl Split {
	/// The same payment where the issuer can't be paid.
	#[must_use]
	pub const fn burning_issuer(self) -> Self {
		Self { burned: self.burned.saturating_add(self.issuer), issuer: 0, ..self }
	}

	/// The same payment where the anchors' pot can't be paid.
	#[must_use]
	pub const fn burning_anchors(self) -> Self {
		Self { burned: self.burned.saturating_add(self.anchors), anchors: 0, ..self }
	}

	/// What was divided.
	pub const fn amount(&self) -> Balance {
		self.burned
			.saturating_add(self.issuer)
			.saturating_add(self.anchors)
			.saturating_add(self.payee)
	}
}

/// Divides a payment: the burned share is rounded up, issuer's and anchors' down, the payee gets the rest.
///
/// Rounding up means that cutting a payment into small ones never burns less: of every payment above zero at least
/// one unit is burned.
pub fn split(amount: Balance, terms: &Terms) -> Split {
	let burned = terms.burned.mul_ceil(amount).min(amount);
	let left = amount.saturating_sub(burned);
	let issuer = terms.issuer.mul_floor(amount).min(left);
	let left = left.saturating_sub(issuer);
	let anchors = terms.anchors.mul_floor(amount).min(left);
	Split { burned, issuer, anchors, payee: left.saturating_sub(anchors) }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_core::U256;

	fn percent(burned: u32, issuer: u32, anchors: u32) -> Terms {
		let [burned, issuer, anchors] = [burned, issuer, anchors].map(Permill::from_percent);
		Terms::new(burned, issuer, anchors).unwrap()
	}

	#[test]
	fn a_payment_is_divided_by_its_shares() {
		let parts = split(1_000, &percent(10, 20, 5));
		assert_eq!(parts, Split { burned: 100, issuer: 200, anchors: 50, payee: 650 });
	}

	#[test]
	fn burned_is_rounded_up_and_the_others_down() {
		let parts = split(19, &percent(10, 20, 5));
		assert_eq!(parts, Split { burned: 2, issuer: 3, anchors: 0, payee: 14 });
		assert_eq!(split(1, &percent(10, 20, 5)), Split { burned: 1, ..Split::default() });
		assert_eq!(split(0, &percent(10, 20, 5)), Split::default());
	}

	#[test]
	fn terms_outside_the_bounds_are_refused() {
		let of = |burned, issuer, anchors| {
			let [burned, issuer, anchors] = [burned, issuer, anchors].map(Permill::from_percent);
			Terms::new(burned, issuer, anchors)
		};
		assert_eq!(of(0, 10, 10), Err(OutOfBounds));
		assert_eq!(of(10, 31, 0), Err(OutOfBounds));
		assert_eq!(of(11, 30, 10), Err(OutOfBounds));
		assert!(of(10, 30, 10).is_ok());
		assert!(Terms::new(Terms::MIN_BURNED, Permill::zero(), Permill::zero()).is_ok());
	}

	#[test]
	fn the_share_of_a_missing_issuer_is_burned() {
		let terms = percent(10, 30, 10).without_issuer();
		assert_eq!(terms, percent(40, 0, 10));
		assert!(terms.is_within_bounds());
	}

	#[test]
	fn parts_that_cannot_be_paid_are_burned() {
		let parts = split(1_000, &percent(10, 20, 5)).burning_issuer().burning_anchors();
		assert_eq!(parts, Split { burned: 350, issuer: 0, anchors: 0, payee: 650 });
	}

	prop_compose! {
		fn any_terms()(burned in 0u32..=1_000_000, issuer in 0u32..=1_000_000, anchors in 0u32..=1_000_000)
			-> Terms {
			let [burned, issuer, anchors] = [burned, issuer, anchors].map(Permill::from_parts);
			Terms::clamped(burned, issuer, anchors)
		}
	}

	/// `amount * parts / 1,000,000`, in numbers that hold it.
	fn exact(amount: Balance, share: Permill, round_up: bool) -> Balance {
		let million = U256::from(1_000_000);
		let product = U256::from(amount) * U256::from(share.deconstruct());
		let up = if round_up { million - 1 } else { U256::zero() };
		((product + up) / million).as_u128()
	}

	proptest! {
		#[test]
		fn the_parts_of_every_amount_at_every_rate_add_up(amount: u128, terms in any_terms()) {
			let parts = split(amount, &terms);
			prop_assert_eq!(parts.amount(), amount);
			prop_assert_eq!(parts.burned, exact(amount, terms.burned(), true));
			prop_assert_eq!(parts.issuer, exact(amount, terms.issuer(), false));
			prop_assert_eq!(parts.anchors, exact(amount, terms.anchors(), false));
			prop_assert_eq!(parts.burning_issuer().burning_anchors().amount(), amount);
		}

		#[test]
		fn small_amounts_add_up_too(amount in 0u128..2_000, terms in any_terms()) {
			let parts = split(amount, &terms);
			prop_assert_eq!(parts.amount(), amount);
			prop_assert!(amount == 0 || parts.burned > 0);
			prop_assert_eq!(parts.burned, exact(amount, terms.burned(), true));
		}

		#[test]
		fn all_terms_keep_the_bounds(terms in any_terms()) {
			prop_assert!(terms.is_within_bounds());
			prop_assert!(terms.burned() >= Terms::MIN_BURNED);
			prop_assert!(terms.issuer() <= Terms::MAX_ISSUER);
			let others = terms.burned().deconstruct() + terms.issuer().deconstruct()
				+ terms.anchors().deconstruct();
			prop_assert!(1_000_000 - others >= Terms::MIN_PAYEE.deconstruct());
			prop_assert!(terms.without_issuer().is_within_bounds());
		}

		#[test]
		fn cutting_a_payment_never_burns_less(
			cuts in prop::collection::vec(0u128..1_000_000, 1..50), terms in any_terms(),
		) {
			let whole = split(cuts.iter().sum(), &terms);
			let burned: Balance = cuts.iter().map(|cut| split(*cut, &terms).burned).sum();
			prop_assert!(burned >= whole.burned);
		}

		#[test]
		fn cutting_a_payment_never_pays_issuer_or_anchors_more(
			cuts in prop::collection::vec(0u128..1_000_000, 1..50), terms in any_terms(),
		) {
			let whole = split(cuts.iter().sum(), &terms);
			let issuer: Balance = cuts.iter().map(|cut| split(*cut, &terms).issuer).sum();
			let anchors: Balance = cuts.iter().map(|cut| split(*cut, &terms).anchors).sum();
			prop_assert!(issuer <= whole.issuer && anchors <= whole.anchors);
		}
	}
}
