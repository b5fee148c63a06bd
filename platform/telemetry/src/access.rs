//! The access log: lines are put into a bounded buffer, a thread of its own writes them. Whoever logs never waits; what
//! does not fit is counted and dropped.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use crate::Error;

/// No access log.
pub(crate) const OFF: &str = "off";
/// Most bytes that wait to be written.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// Lines are gathered for so long: one write for many.
const GATHER: Duration = Duration::from_millis(50);
/// Longest wait for lines to be written when the process stops.
const PATIENCE: Duration = Duration::from_secs(2);

/// Takes one line for each operation. Clones write to the same place; the default writes nowhere.
#[derive(Clone, Default)]
pub struct AccessLog(Option<Arc<Writer>>);

#[derive(Default)]
struct Writer {
    waiting: Mutex<Waiting>,
    /// Something waits, or is asked for.
    wake: Condvar,
    /// All that waited is written.
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    is_writing: bool,
    is_urgent: bool,
}

impl AccessLog {
    /// Opens `place`: `off`, `stdout`, `stderr`, or a file that is appended to.
    ///
    /// # Errors
    /// The file cannot be opened, or there is no thread for it.
    pub fn open(place: &str) -> Result<Self, Error> {
        let failed = |error| Error::Access(place.to_owned(), error);
        let out: Box<dyn Write + Send> = match place {
            OFF | "" => return Ok(Self::default()),
            "stdout" => Box::new(io::stdout()),
            "stderr" => Box::new(io::stderr()),
            file => Box::new(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(file)
                    .map_err(failed)?,
            ),
        };
        metrics::counter!("access_log_dropped_total").increment(0);
        let writer = Arc::new(Writer::default());
        let weak = Arc::downgrade(&writer);
        let work = move || {
            let mut out = out;
            // Ends when the last logger is gone; it looks every now and then.
            while let Some(writer) = weak.upgrade() {
                writer.turn(out.as_mut());
            }
        };
        thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(work)
            .map_err(failed)?;
        Ok(Self(Some(writer)))
    }

    /// Whether lines go anywhere: who makes one may spare itself the work.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Takes `line`, which has no line break.
    pub fn write(&self, line: &[u8]) {
        let Some(writer) = &self.0 else { return };
        let mut waiting = writer.lock();
        if waiting.lines.len() + line.len() >= MOST_BYTES {
            drop(waiting);
            metrics::counter!("access_log_dropped_total").increment(1);
            return;
        }
        let was_empty = waiting.lines.is_empty();
        waiting.lines.extend_from_slice(line);
        waiting.lines.push(b'\n');
        drop(waiting);
        if was_empty {
            writer.wake.notify_one();
        }
    }

    /// Waits until every line taken so far is written, but not for long. Blocks.
    pub fn flush(&self) {
        let Some(writer) = &self.0 else { return };
        let mut waiting = writer.lock();
        waiting.is_urgent = true;
        writer.wake.notify_one();
        let is_busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.lines.is_empty();
        let waited = writer.written.wait_timeout_while(waiting, PATIENCE, is_busy);
        let (_waiting, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            tracing::warn!("the end of the access log was not written in time");
        }
    }
}

impl Writer {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what waits, or finds nothing for a while.
    fn turn(&self, out: &mut dyn Write) {
        let idle = |waiting: &mut Waiting| waiting.lines.is_empty();
        let waiting = self.wake.wait_timeout_while(self.lock(), Duration::from_secs(1), idle);
        let (waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        let calm = |waiting: &mut Waiting| !waiting.is_urgent && waiting.lines.len() < MOST_BYTES / 2;
        let gathered = self.wake.wait_timeout_while(waiting, GATHER, calm);
        let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        let lines = std::mem::take(&mut waiting.lines);
        waiting.is_writing = !lines.is_empty();
        drop(waiting);
        if !lines.is_empty()
            && let Err(error) = out.write_all(&lines).and_then(|()| out.flush())
        {
            tracing::warn!(%error, "the access log cannot be written");
            let lost = lines.split(|byte| *byte == b'\n').skip(1).count();
            metrics::counter!("access_log_dropped_total").increment(lost as u64);
        }
        let mut waiting = self.lock();
        waiting.is_writing = false;
        if waiting.lines.is_empty() {
            waiting.is_urgent = false;
            self.written.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_and_in_order_and_a_flush_waits_for_them() {
        let file = std::env::temp_dir().join(format!("access-{}.log", std::process::id()));
        let log = AccessLog::open(file.to_str().unwrap()).unwrap();
        for i in 0..1000 {
            log.write(format!("{{\"n\":{i}}}").as_bytes());
        }
        log.flush();
        let text = std::fs::read_to_string(&file).unwrap();
        let expected: Vec<String> = (0..1000).map(|i| format!("{{\"n\":{i}}}")).collect();
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_slow_disk_costs_lines_and_never_the_one_who_logs() {
        // No thread behind it: nothing is ever written.
        let log = AccessLog(Some(Arc::default()));
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..10 {
            log.write(&line);
        }
        let waiting = log.0.as_ref().unwrap().lock().lines.len();
        assert!(waiting <= MOST_BYTES, "{waiting}");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let error = AccessLog::open("/nowhere/access.log").err().unwrap().to_string();
        assert!(
            error.contains("log.access") && error.contains("/nowhere/access.log"),
            "{error}"
        );
    }
}
