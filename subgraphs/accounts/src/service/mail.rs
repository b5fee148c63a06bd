//! Letters to people.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// A letter.
pub struct Letter {
    /// Its id, unique.
    pub id: Uuid,
    /// To which address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Sends letters.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a letter over; it is on its way when this returns.
    async fn send(&self, letter: Letter) -> std::io::Result<()>;
}

/// Puts each letter into a file of its own (RFC 5322), for the operator's mail system to take up.
pub struct Folder(PathBuf);

impl Folder {
    /// Into `folder`, or into `mail` below `data_dir` when that is empty.
    pub fn new(folder: &str, data_dir: &Path) -> Self {
        Self(if folder.is_empty() {
            data_dir.join("mail")
        } else {
            folder.into()
        })
    }
}

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, letter: Letter) -> std::io::Result<()> {
        tokio::fs::create_dir_all(&self.0).await?;
        let text = format!(
            "Message-ID: <{}@matinee>\r\nTo: {}\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            letter.id,
            letter.to,
            letter.subject,
            letter.text.replace('\n', "\r\n"),
        );
        // Whoever takes up *.eml never sees half a letter.
        let (draft, path) = (
            self.0.join(format!("{}.part", letter.id)),
            self.0.join(format!("{}.eml", letter.id)),
        );
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&draft).await?;
        file.write_all(text.as_bytes()).await?;
        file.sync_all().await?;
        tokio::fs::rename(draft, path).await
    }
}
