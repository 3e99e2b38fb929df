//! In which order attributes can be evaluated.

use crate::model::{Attribute, Reference};
use std::collections::BTreeMap;

/// Which attributes see each other: a token's, and a card's if one is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
	pub(crate) token: &'a [Attribute],
	pub(crate) card: &'a [Attribute],
}

/// An attribute's place: those of the token come first, those of the card after them.
pub(crate) type Node = usize;

impl<'a> Scope<'a> {
	/// All attributes, in the file's order.
	pub(crate) fn all(&self) -> impl Iterator<Item = &'a Attribute> {
		self.token.iter().chain(self.card)
	}

	pub(crate) fn get(&self, node: Node) -> Option<&'a Attribute> {
		self.token.get(node).or_else(|| self.card.get(node.checked_sub(self.token.len())?))
	}

	/// Whether an attribute is the card's.
	pub(crate) const fn is_of_card(&self, node: Node) -> bool {
		node >= self.token.len()
	}

	/// The attribute of a name: the card's own hides the token's from the card.
	pub(crate) fn find(&self, name: &str, from_card: bool) -> Option<Node> {
		let own = || self.card.iter().position(|it| it.name == name);
		let own = if from_card { own().map(|it| it + self.token.len()) } else { None };
		own.or_else(|| self.token.iter().position(|it| it.name == name))
	}

	/// The attribute that a reference means, seen from another attribute.
	fn target(&self, reference: &Reference, from: Node) -> Option<Node> {
		self.find(&reference.name, self.is_of_card(from))
	}

	/// The attributes that some need, themselves included, in layers: each needs earlier layers only.
	///
	/// An attribute that is part of a cycle, or needs one, fails with the names on the way.
	pub(crate) fn layers(&self, wanted: &[Node]) -> Result<Vec<Vec<Node>>, Vec<String>> {
		let mut search = Search { scope: self, depths: BTreeMap::new(), path: Vec::new() };
		for node in wanted {
			search.visit(*node)?;
		}
		let mut layers: Vec<Vec<Node>> = Vec::new();
		for (node, depth) in search.depths {
			layers.resize(layers.len().max(depth + 1), Vec::new());
			layers[depth].push(node);
		}
		Ok(layers)
	}
}

/// A search along references, deepest first, with its own stack: a file can chain as many attributes as it likes.
struct Search<'s, 'a> {
	scope: &'s Scope<'a>,
	/// How many layers each finished attribute stands on.
	depths: BTreeMap<Node, usize>,
	/// Attributes that are being looked at, each with those of its targets that are left.
	path: Vec<(Node, Vec<Node>, usize)>,
}

impl Search<'_, '_> {
	fn visit(&mut self, start: Node) -> Result<(), Vec<String>> {
		self.enter(start)?;
		while let Some((node, left, depth)) = self.path.last_mut() {
			if let Some(next) = left.pop() {
				if let Some(below) = self.depths.get(&next) {
					*depth = (*depth).max(below + 1);
				} else {
					left.push(next);
					self.enter(next)?;
				}
			} else {
				let done = (*node, *depth);
				self.depths.insert(done.0, done.1);
				self.path.pop();
			}
		}
		Ok(())
	}

	fn enter(&mut self, node: Node) -> Result<(), Vec<String>> {
		if self.depths.contains_key(&node) {
			return Ok(());
		}
		if let Some(start) = self.path.iter().position(|(it, _, _)| *it == node) {
			let around = self.path[start..].iter().map(|(it, _, _)| *it).chain([node]);
			let name = |it| self.scope.get(it).map(|it| it.name.clone());
			return Err(around.filter_map(name).collect());
		}
		let references = self.scope.get(node).map(|it| it.source.references()).unwrap_or_default();
		let mut targets: Vec<_> =
			references.into_iter().filter_map(|it| self.scope.target(it, node)).collect();
		targets.sort_unstable();
		targets.dedup();
		self.path.push((node, targets, 0));
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		model::{Label, Origin, Source},
		Position, Syntax,
	};

	fn attribute(name: &str, needs: &str) -> Attribute {
		let origin = match Reference::parse(needs, false) {
			Some(reference) => Origin::Reference(reference),
			None => Origin::UserEntry,
		};
		Attribute {
			name: name.to_owned(),
			label: Label::default(),
			syntax: Syntax::default(),
			source: Source { origin, format: None, mapping: None },
			distinct: false,
			position: Position::START,
		}
	}

	#[test]
	fn each_layer_needs_earlier_ones_only() {
		let token = [
			attribute("c", "b.x"),
			attribute("a", ""),
			attribute("b", "a"),
			attribute("d", "tokenId"),
		];
		let scope = Scope { token: &token, card: &[] };
		assert_eq!(scope.layers(&[0, 1, 2, 3]), Ok(vec![vec![1, 3], vec![2], vec![0]]));
		assert_eq!(scope.layers(&[2]), Ok(vec![vec![1], vec![2]]));
	}

	#[test]
	fn a_cycle_is_named() {
		let token = [attribute("a", "b"), attribute("b", "c"), attribute("c", "b")];
		let scope = Scope { token: &token, card: &[] };
		let names = |it: &[&str]| it.iter().map(ToString::to_string).collect::<Vec<_>>();
		assert_eq!(scope.layers(&[0]), Err(names(&["b", "c", "b"])));
		let own = [attribute("a", "a")];
		assert_eq!(Scope { token: &own, card: &[] }.layers(&[0]), Err(names(&["a", "a"])));
	}

	#[test]
	fn a_card_sees_its_own_attribute_first_and_a_token_never_sees_a_cards() {
		let token = [attribute("x", ""), attribute("y", "x")];
		let card = [attribute("x", ""), attribute("z", "x")];
		let scope = Scope { token: &token, card: &card };
		assert_eq!(scope.layers(&[3]), Ok(vec![vec![2], vec![3]]));
		assert_eq!(scope.layers(&[1]), Ok(vec![vec![0], vec![1]]));
	}

	#[test]
	fn a_long_chain_needs_no_deep_stack() {
		let chain: Vec<_> =
			(0..2_000).map(|it| attribute(&format!("a{it}"), &format!("a{}", it + 1))).collect();
		let scope = Scope { token: &chain, card: &[] };
		assert_eq!(scope.layers(&[0]).unwrap().len(), 2_000);
	}
}
