//! The fields of the index, and how a document fills them.

use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{Token, TokenStream, Tokenizer},
};
use uuid::Uuid;

use crate::domain::{Document, text};

/// Name of the tokenizer that makes our folded words.
pub const WORDS: &str = "matinee_words";

/// The fields, by what they are for.
pub struct Fields {
    /// The id, whole.
    pub id: Field,
    /// The kind, whole.
    pub kind: Field,
    /// Words of the name.
    pub name: Field,
    /// The folded name, whole: the beginning of a name is found through it.
    pub whole_name: Field,
    /// Words of the other name.
    pub other_name: Field,
    /// Words of people's names.
    pub people: Field,
    /// Words of genres and tags.
    pub topics: Field,
    /// Words of the text.
    pub about: Field,
    /// Names of genres, whole: the facet.
    pub genre: Field,
    /// Ids and folded names of genres: the filter.
    pub genre_key: Field,
    /// Year of release.
    pub year: Field,
    /// Decade of release: the facet.
    pub decade: Field,
    /// Seconds of the instant from which it cannot be found; the largest number when there is none.
    pub ends_at: Field,
    /// Hash of kind and name: suggestions are distinct by it.
    pub name_key: Field,
}

/// Name of the field behind [`Fields::name_key`].
pub const NAME_KEY: &str = "name_key";

/// The layout of the index. Whoever changes it need not migrate: an index of another layout is built anew.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(WORDS)
        .set_index_option(IndexRecordOption::WithFreqs);
    let words = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        id: builder.add_text_field("id", STRING | STORED),
        kind: builder.add_text_field("kind", STRING | STORED | FAST),
        name: builder.add_text_field("name", words.clone().set_stored()),
        whole_name: builder.add_text_field("whole_name", STRING),
        other_name: builder.add_text_field("other_name", words.clone()),
        people: builder.add_text_field("people", words.clone()),
        topics: builder.add_text_field("topics", words.clone()),
        about: builder.add_text_field("about", words),
        genre: builder.add_text_field("genre", STRING | FAST),
        genre_key: builder.add_text_field("genre_key", STRING),
        year: builder.add_i64_field("year", INDEXED | FAST),
        decade: builder.add_text_field("decade", STRING | FAST),
        ends_at: builder.add_i64_field("ends_at", INDEXED | FAST),
        name_key: builder.add_u64_field(NAME_KEY, FAST),
    };
    (builder.build(), fields)
}

impl Fields {
    /// Finds one document.
    pub fn id_term(&self, id: Uuid) -> Term {
        Term::from_field_text(self.id, &id.to_string())
    }

    /// What the index holds of `document`.
    pub fn document(&self, document: &Document) -> TantivyDocument {
        let mut entry = TantivyDocument::new();
        let whole_name = text::fold(&document.name);
        entry.add_text(self.id, document.id.to_string());
        entry.add_text(self.kind, document.kind.name());
        entry.add_text(self.name, &document.name);
        entry.add_u64(self.name_key, hash(document.kind.name(), &whole_name));
        entry.add_text(self.whole_name, whole_name);
        entry.add_text(self.about, &document.about);
        if let Some(other_name) = &document.other_name {
            entry.add_text(self.other_name, other_name);
        }
        for person in &document.people {
            entry.add_text(self.people, person);
        }
        for tag in &document.tags {
            entry.add_text(self.topics, tag);
        }
        for genre in &document.genres {
            entry.add_text(self.topics, &genre.name);
            entry.add_text(self.genre, &genre.name);
            entry.add_text(self.genre_key, text::fold(&genre.name));
            if let Some(id) = genre.id {
                entry.add_text(self.genre_key, id.to_string());
            }
        }
        if let Some(year) = document.year {
            entry.add_i64(self.year, i64::from(year));
            entry.add_text(self.decade, (year.div_euclid(10) * 10).to_string());
        }
        entry.add_i64(self.ends_at, document.ends_at.map_or(i64::MAX, |at| at.timestamp()));
        entry
    }
}

/// FNV-1a: the same in every version, as it is stored.
fn hash(kind: &str, name: &str) -> u64 {
    let bytes = kind.bytes().chain([0]).chain(name.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Makes the words of [`text::words`].
#[derive(Debug, Clone, Copy)]
pub struct Folding;

/// The words of one text.
pub struct FoldedWords {
    words: std::vec::IntoIter<text::Word>,
    token: Token,
}

impl Tokenizer for Folding {
    type TokenStream<'a> = FoldedWords;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> FoldedWords {
        FoldedWords {
            words: text::words(text).into_iter(),
            token: Token::default(),
        }
    }
}

impl TokenStream for FoldedWords {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.position = self.token.position.wrapping_add(1);
        (self.token.offset_from, self.token.offset_to) = (word.start, word.end);
        self.token.text = word.folded;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
