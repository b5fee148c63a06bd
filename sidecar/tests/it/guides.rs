//! Guide upload: what is taken, what is refused, and that a refusal leaves nothing.

use std::{io::Write, time::Duration};

use auth::Role;
use axum::{
    body::{Body, Bytes},
    http::Request,
};
use flate2::{Compression, write::GzEncoder};
use kernel::ImportId;
use schema::events::sidecar::GuideUploaded;
use serde_json::Value;
use sidecar::Settings;

use crate::{Reply, Sidecar};

const PATH: &str = "/api/v1/admin/livetv/epg/upload";
const GUIDE: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n<tv><channel id=\"a\"/></tv>\n";

impl Sidecar {
    async fn upload(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
        let request = Request::post(path).header("authorization", self.bearer(&[Role::Admin]));
        self.send(request.header("content-type", content_type).body(body.into()).unwrap())
            .await
    }

    async fn uploaded(&self) -> Vec<GuideUploaded> {
        self.bench.published::<GuideUploaded>().await
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn import_of(reply: &Reply) -> ImportId {
    assert_eq!(reply.status, 202, "{:?}", reply.body);
    let said: Value = serde_json::from_slice(&reply.body).unwrap();
    ImportId::parse("importId", said["importId"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_guide_is_kept_as_it_came_and_told_of() {
    let sidecar = Sidecar::start().await;
    let compressed = gzip(GUIDE.as_bytes());
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"guide.xml\"\r\nContent-Type: text/xml\r\n\r\n{GUIDE}\r\n--b--\r\n"
    );
    let plain = import_of(&sidecar.upload(PATH, "application/xml", GUIDE).await);
    let packed = import_of(
        &sidecar
            .upload(
                &format!("{PATH}?source=uk.tv&dryRun=true"),
                "application/gzip",
                compressed.clone(),
            )
            .await,
    );
    let sent = import_of(&sidecar.upload(PATH, "multipart/form-data; boundary=b", form).await);

    let events = sidecar.uploaded().await;
    let told: Vec<_> = events
        .iter()
        .map(|event| (event.import, event.gzip, event.source.as_str(), event.dry_run))
        .collect();
    assert_eq!(
        told,
        [
            (plain, false, "upload", false),
            (packed, true, "uk.tv", true),
            (sent, false, "upload", false)
        ]
    );
    for (event, content) in events.iter().zip([GUIDE.as_bytes(), &compressed, GUIDE.as_bytes()]) {
        assert_eq!(event.object_key, format!("in/{}", event.import));
        assert_eq!(event.size_bytes, i64::try_from(content.len()).unwrap());
        assert_eq!(sidecar.stored(&event.object_key).await.unwrap(), content);
    }
    // What was meant as a dry run is no import.
    let misspelt = sidecar
        .upload(&format!("{PATH}?dryRun=yes"), "application/xml", GUIDE)
        .await;
    let problem = misspelt.problem();
    assert_eq!((misspelt.status.as_u16(), &problem["field"]), (400, &"dryRun".into()));
    assert_eq!(sidecar.uploaded().await.len(), 3);
}

#[tokio::test]
async fn a_bad_guide_is_refused_with_line_and_byte_and_leaves_nothing() {
    let sidecar = Sidecar::start().await;
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE tv [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>\n<tv>&b;</tv>";
    let cases = [
        ("<tv>\n<programme>".as_bytes().to_vec(), "TRUNCATED", 2, 16),
        (gzip(b"<tv>\n<programme>"), "TRUNCATED", 2, 16),
        (bomb.as_bytes().to_vec(), "DTD_SUBSET", 2, 35),
        (b"PK\x01\x02".to_vec(), "NOT_XML", 1, 0),
        (b"<tv><a></b></tv>".to_vec(), "NOT_WELL_FORMED", 1, 7),
    ];
    for (body, reason, line, byte) in cases {
        let reply = sidecar.upload(PATH, "application/xml", body).await;
        let problem = reply.problem();
        assert_eq!(
            (reply.status.as_u16(), &problem["code"]),
            (400, &"BAD_USER_INPUT".into())
        );
        assert_eq!(
            (&problem["reason"], &problem["line"], &problem["byte"]),
            (&reason.into(), &line.into(), &byte.into())
        );
    }
    assert!(sidecar.uploaded().await.is_empty());
    // Ids are made in order, so the refused imports are known.
    for number in 1..=40 {
        let id = uuid::Builder::from_unix_timestamp_millis(1_700_000_000_000 + number, &[0; 10]).into_uuid();
        assert_eq!(sidecar.stored(&format!("in/{id}")).await, None);
    }
}

#[tokio::test]
async fn a_limit_is_named_with_what_is_allowed_and_what_was_sent() {
    let settings = Settings {
        guide_upload_max_bytes: 1000,
        guide_document_max_bytes: 100_000,
        ..Settings::default()
    };
    let sidecar = Sidecar::with(settings).await;
    let spaces = |count: usize| format!("<tv>{}</tv>", " ".repeat(count)).into_bytes();

    let said = sidecar.upload(PATH, "application/xml", spaces(2000)).await;
    let problem = said.problem();
    assert_eq!(
        (said.status.as_u16(), &problem["code"]),
        (413, &"LIMIT_EXCEEDED".into())
    );
    assert_eq!(
        (&problem["limit"], &problem["allowed"]),
        (&"guideUploadBytes".into(), &1000.into())
    );

    // Without a length that could be believed: counted as it comes.
    let chunks: Vec<std::io::Result<Bytes>> = spaces(2000)
        .chunks(100)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    let streamed = Body::from_stream(futures_util::stream::iter(chunks));
    let problem = sidecar.upload(PATH, "application/xml", streamed).await.problem();
    assert_eq!(
        (&problem["limit"], &problem["sent"]),
        (&"guideUploadBytes".into(), &1100.into())
    );

    let bomb = gzip(&spaces(300_000));
    assert!(bomb.len() < 1000);
    let problem = sidecar.upload(PATH, "application/gzip", bomb).await.problem();
    assert_eq!(
        (&problem["limit"], &problem["allowed"]),
        (&"guideDocumentBytes".into(), &100_000.into())
    );

    let problem = sidecar
        .upload(PATH, "multipart/form-data; boundary=b", "--b--\r\n")
        .await
        .problem();
    assert_eq!(problem["field"], "file");
    let problem = sidecar
        .upload(&format!("{PATH}?source=a%20b"), "application/xml", GUIDE)
        .await
        .problem();
    assert_eq!(problem["field"], "source");
    assert!(sidecar.uploaded().await.is_empty());
}

#[tokio::test]
async fn only_an_administrator_may_upload() {
    let sidecar = Sidecar::start().await;
    let send = async |authorization: Option<String>| {
        let mut request = Request::post(PATH);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        sidecar.send(request.body(Body::from(GUIDE)).unwrap()).await
    };
    for nobody in [None, Some("Basic YTpi".to_owned()), Some("Bearer x.y.z".to_owned())] {
        let reply = send(nobody).await;
        assert_eq!(
            (reply.status.as_u16(), reply.problem()["code"].as_str()),
            (401, Some("UNAUTHENTICATED"))
        );
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    let expired = sidecar.bearer(&[Role::Admin]);
    let reply = send(Some(sidecar.bearer(&[Role::Editor]))).await;
    assert_eq!(
        (reply.status.as_u16(), reply.problem()["code"].as_str()),
        (403, Some("FORBIDDEN"))
    );
    sidecar.bench.clock.advance(Duration::from_hours(1));
    assert_eq!(send(Some(expired)).await.status, 401);
    assert!(sidecar.uploaded().await.is_empty());
}

#[tokio::test]
async fn bytes_of_old_guides_are_removed() {
    let sidecar = Sidecar::start().await;
    let key = format!(
        "in/{}",
        import_of(&sidecar.upload(PATH, "application/xml", GUIDE).await)
    );
    let service = sidecar::service(&sidecar.bench.platform, Settings::default())
        .await
        .unwrap();
    let job = &service.jobs[0];
    sidecar.bench.clock.advance(Duration::from_hours(6 * 24));
    job.run_once().await.unwrap();
    assert!(sidecar.stored(&key).await.is_some());
    sidecar.bench.clock.advance(Duration::from_hours(2 * 24));
    job.run_once().await.unwrap();
    job.run_once().await.unwrap();
    assert_eq!(sidecar.stored(&key).await, None);
}
