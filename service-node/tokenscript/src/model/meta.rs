//! What a file says about itself.

use crate::{model::Label, xml::Element};
use std::collections::BTreeMap;

/// What a file says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
	/// What the token is for.
	pub description: Label,
	/// Where more is to be read.
	pub about_url: Label,
	/// A small picture.
	pub icon_url: Label,
	/// A picture.
	pub image_url: Label,
	/// A picture to put behind others.
	pub background_image_url: Label,
	/// Constants for the scripts of views.
	pub environment: BTreeMap<String, String>,
}

impl Meta {
	pub(crate) fn read(element: &Element) -> Self {
		let environment = element
			.all("env")
			.filter_map(|it| Some((it.attribute("name")?.to_owned(), it.trimmed())))
			.collect();
		Self {
			description: Label::read_all(element, "description"),
			about_url: Label::read_all(element, "aboutUrl"),
			icon_url: Label::read_all(element, "iconUrl"),
			image_url: Label::read_all(element, "imageUrl"),
			background_image_url: Label::read_all(element, "backgroundImageUrl"),
			environment,
		}
	}
}
