//! Child processes and what they cost, from /proc.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
};

/// A child process; it ends with this value.
pub struct Process {
    child: Child,
}

impl Process {
    /// Starts `command`, its output to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        let out = std::fs::File::create(log).expect("the log can be written");
        let copy = out.try_clone().expect("a file handle");
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(copy)
            .spawn()
            .unwrap_or_else(|error| unreachable!("cannot start {command:?}: {error}"));
        Self { child }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    /// User and system time of the process and all below it, in seconds.
    pub fn cpu(&self) -> f64 {
        family(self.id()).into_iter().map(cpu_of).sum()
    }

    /// Resident memory of the process and all below it, in bytes.
    pub fn resident(&self) -> f64 {
        family(self.id()).into_iter().map(resident_of).sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // nothing to save: children first, so that none outlives its parent
        for id in family(self.id()).into_iter().rev() {
            let killed = Command::new("kill")
                .args(["-9", &id.to_string()])
                .stderr(Stdio::null())
                .status();
            drop(killed);
        }
        drop(self.child.wait());
    }
}

/// The process `id` and its descendants.
fn family(id: u32) -> Vec<u32> {
    let mut all = vec![id];
    let mut i = 0;
    while let Some(parent) = all.get(i) {
        let path = format!("/proc/{parent}/task/{parent}/children");
        let children = std::fs::read_to_string(path).unwrap_or_default();
        all.extend(
            children
                .split_whitespace()
                .filter_map(|child| child.parse::<u32>().ok()),
        );
        i += 1;
    }
    all
}

/// User and system time in seconds; /proc counts in hundredths.
pub fn cpu_of(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let Some((_, fields)) = stat.rsplit_once(')') else {
        return 0.0;
    };
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Resident memory in bytes.
pub fn resident_of(id: u32) -> f64 {
    in_status(id, "VmRSS:")
}

fn in_status(id: u32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) * 1024.0
}

/// The most memory that was ever resident, in bytes.
pub fn peak_of(id: u32) -> f64 {
    in_status(id, "VmHWM:")
}

/// A port nobody listens on at the moment.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
