//! Why bytes are no XML document that this crate reads.

/// What is wrong with a document as XML.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum XmlError {
	/// The bytes are not UTF-8, or the declaration names another encoding.
	#[error("the file is not UTF-8")]
	NotUtf8,
	/// A version of XML other than 1.0.
	#[error("only XML 1.0 is read")]
	Version,
	/// The file is larger than the limit.
	#[error("the file has more than {0} bytes")]
	TooLarge(usize),
	/// Elements inside each other beyond the limit.
	#[error("elements lie more than {0} deep")]
	TooDeep(usize),
	/// More elements than the limit.
	#[error("the file has more than {0} elements")]
	TooManyElements(usize),
	/// More elements of TokenScript's own languages than the limit.
	#[error("the file has more than {0} TokenScript elements")]
	TooManyDefinitions(usize),
	/// More attributes on one element than the limit.
	#[error("an element has more than {0} attributes")]
	TooManyAttributes(usize),
	/// More namespaces in force than the limit.
	#[error("more than {0} namespaces are in force")]
	TooManyNamespaces(usize),
	/// More entities than the limit.
	#[error("the document type declares more than {0} entities")]
	TooManyEntities(usize),
	/// References expand to more than the limit, or to themselves.
	#[error("entities expand to more than {0} bytes")]
	Expansion(usize),
	/// The grammar of XML is broken.
	#[error(transparent)]
	Grammar(#[from] quick_xml::Error),
	/// A character that XML does not allow.
	#[error("a character that XML does not allow")]
	Character,
	/// A name that XML does not allow.
	#[error("{0:?} is not a name")]
	Name(String),
	/// A reference to an entity that nobody declared.
	#[error("the entity {0:?} is not declared")]
	UnknownEntity(String),
	/// An external entity in an attribute's value.
	#[error("the external entity {0:?} may not stand in an attribute")]
	ExternalInAttribute(String),
	/// An internal entity with elements in it: not supported.
	#[error("the entity {0:?} contains markup")]
	MarkupInEntity(String),
	/// A declaration that is broken or that this crate does not honour, such as a parameter entity or an attribute default.
	#[error("a declaration in the document type is not supported")]
	Declaration,
	/// A prefix that is bound to no namespace.
	#[error("the prefix {0:?} is bound to no namespace")]
	UnboundPrefix(String),
	/// A namespace declaration that is not allowed.
	#[error("the prefix {0:?} may not be bound so")]
	ReservedPrefix(String),
	/// Two attributes with one name.
	#[error("the attribute {0:?} stands twice")]
	DuplicateAttribute(String),
	/// Something beside the one root element.
	#[error("a document has one root element and nothing beside it")]
	OutsideRoot,
	/// The file ends before its elements are closed.
	#[error("the file ends inside an element")]
	Truncated,
	/// There is no element at all.
	#[error("the file has no element")]
	Empty,
}
