use search::{Document, Kind, index::{Change, Embedded, Filter, Request, SearchBackend}};
use std::time::Instant as Tick;
#[tokio::test]
async fn speed() {
    let folder = std::env::temp_dir().join(format!("speed-{}", std::process::id()));
    let index = Embedded::open(folder.clone(), 16_000_000).await.unwrap();
    let syl = ["ka","mo","ri","ten","sha","lo","ber","ni","stra","vo","el","ium","dra","co","pa","zen","tu","gal","or","fi"];
    let mut seed = 12345u64;
    let mut next = || { seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); (seed >> 33) as usize };
    let mut word = || { let n = 2 + next() % 2; (0..n).map(|_| { let k = next() % 20; syl[k] }).collect::<String>() };
    let total = 250_000u128;
    let t = Tick::now();
    let mut pos = 0;
    let mut batch = Vec::new();
    for n in 0..total {
        let name = format!("{} {} {}", word(), word(), word());
        let about = (0..12).map(|_| word()).collect::<Vec<_>>().join(" ");
        batch.push(Change::Put(Box::new(Document { id: uuid::Uuid::from_u128(n+1), kind: if n % 2 == 0 { Kind::Movie } else { Kind::Programme }, name, other_name: None, people: vec![format!("{} {}", word(), word())], genres: vec![], tags: vec![], about, year: Some(1950), ends_at: None })));
        if batch.len() == 10_000 { pos += 1; index.apply(std::mem::take(&mut batch), pos).await.unwrap(); }
    }
    println!("indexed in {:?}", t.elapsed());
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    for typed in ["s", "st", "str", "stra", "strak", "strakamo", "strakamo b", "strakamo ber", "strkamo bermo", "kamorix"] {
        let mut worst = std::time::Duration::ZERO; let mut sum = std::time::Duration::ZERO; let mut n = 0;
        for _ in 0..10 { let t = Tick::now(); n = index.suggest(typed, &[], now).await.unwrap().len(); let e = t.elapsed(); worst = worst.max(e); sum += e; }
        let t = Tick::now();
        let hits = index.search(Request { text: typed.to_owned(), filter: Filter::default(), offset: 0, limit: 10, now, has_facets: true }).await.unwrap();
        println!("{typed:15} suggest mean {:?} worst {worst:?} n {n}; search {:?} total {}", sum / 10, t.elapsed(), hits.total);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
