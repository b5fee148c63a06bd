//! What a code of an error stands for.

use async_graphql::Object;

/// What a code of an error stands for.
pub struct ErrorClass(pub(crate) graphql::ErrorClass);

/// What a code of an error stands for.
#[Object]
impl ErrorClass {
    /// The code: `extensions.code` of an error, `code` of a problem of REST. Clients switch on it.
    async fn code(&self) -> &str {
        self.0.name
    }

    /// `type` of the problem (RFC 9457), relative to the graph's address: a page about it.
    #[graphql(name = "type")]
    async fn problem_type(&self) -> String {
        self.0.problem_type()
    }

    /// The status of an HTTP answer that holds nothing but this error.
    async fn status(&self) -> i32 {
        self.0.status.into()
    }

    /// In two or three words.
    async fn title(&self) -> &str {
        self.0.title
    }

    /// In a sentence, and what to do about it.
    async fn meaning(&self) -> &str {
        self.0.meaning
    }
}
