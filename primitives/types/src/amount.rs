//! Amounts of the native token, in its smallest unit.

/// An amount in the smallest unit: 10^-18 SLN, as in the ERC-20 token.
pub type Balance = u128;

/// Symbol of the native token. Part of the metadata hash that wallets sign, so it must equal the chain
/// specification's `tokenSymbol`.
pub const TOKEN_SYMBOL: &str = "SLN";

/// Decimals of the native token. Part of the metadata hash, like [`TOKEN_SYMBOL`].
pub const TOKEN_DECIMALS: u8 = 18;

/// One SLN.
pub const SLN: Balance = 1_000_000_000_000_000_000;

/// A thousandth of an SLN.
pub const MILLI_SLN: Balance = SLN / 1_000;

/// A millionth of an SLN.
pub const MICRO_SLN: Balance = SLN / 1_000_000;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn one_sln_has_as_many_zeros_as_the_token_has_decimals() {
		assert_eq!(SLN, 10u128.pow(u32::from(TOKEN_DECIMALS)));
	}
}
