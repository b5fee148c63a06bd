//! Where and why a document is refused.

/// What kind of flaw it is: the member `reason` of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It does not even begin like XML.
    NotXml,
    /// It breaks a rule of XML.
    NotWellFormed,
    /// It ends before `</tv>`.
    Truncated,
    /// It has an internal DTD subset, where entities are declared.
    DtdSubset,
    /// The root is not `tv`.
    NotAGuide,
}

impl Reason {
    /// The name that clients see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotXml => "NOT_XML",
            Self::NotWellFormed => "NOT_WELL_FORMED",
            Self::Truncated => "TRUNCATED",
            Self::DtdSubset => "DTD_SUBSET",
            Self::NotAGuide => "NOT_A_GUIDE",
        }
    }
}

/// Where and why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// What kind.
    pub reason: Reason,
    /// For people.
    pub detail: String,
    /// Counted from 1.
    pub line: u64,
    /// Bytes before it.
    pub byte: u64,
}
