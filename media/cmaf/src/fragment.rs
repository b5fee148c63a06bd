//! `moof`: how many samples a fragment has, how long they last, and whether decoding can begin there.

use crate::{
    Boxes, Error,
    boxes::{child, find, u32_at},
};

/// What the runs of a fragment add up to.
pub(crate) struct Samples {
    /// How many.
    pub count: u64,
    /// Ticks of all of them.
    pub duration: u64,
    /// Whether the first decodes by itself.
    pub begins_decodable: bool,
}

impl Samples {
    /// ISO/IEC 14496-12 §8.8.7, §8.8.8: durations by sample, else by fragment, else by track.
    pub fn read(moof: &[u8], track_default: u32) -> Result<Self, Error> {
        let traf = find(moof, &["traf"])?;
        let (default, fragment_flags) = defaults(find(traf, &["tfhd"])?, track_default)?;
        let mut samples = Self {
            count: 0,
            duration: 0,
            begins_decodable: false,
        };
        for found in Boxes::new(traf) {
            let found = found?;
            if &found.kind == b"trun" {
                samples
                    .add_run(found.content, default, fragment_flags)
                    .ok_or(Error::Content("trun"))?;
            }
        }
        if child(traf, "trun")?.is_none() {
            Err(Error::Missing("trun"))
        } else {
            Ok(samples)
        }
    }

    fn add_run(&mut self, trun: &[u8], default: u32, fragment_flags: Option<u32>) -> Option<()> {
        let flags = u32_at(trun, 0)? & 0x00ff_ffff;
        let count = u32_at(trun, 4)?;
        let mut at = if flags & 1 == 0 { 8 } else { 12 };
        let mut first_flags = fragment_flags;
        if flags & 4 != 0 {
            first_flags = u32_at(trun, at);
            at += 4;
        }
        let fields = (flags >> 8 & 0xf).count_ones();
        let stride = usize::try_from(fields * 4).ok()?;
        if flags & 0x400 != 0 {
            let before = usize::try_from((flags >> 8 & 3).count_ones() * 4).ok()?;
            first_flags = u32_at(trun, at + before);
        }
        if self.count == 0 {
            // sample_is_non_sync_sample; without flags a sample is taken for a sync sample.
            self.begins_decodable = first_flags.is_none_or(|flags| flags & 0x0001_0000 == 0);
        }
        // The table must be there before it is walked: `count` alone proves nothing.
        trun.get(at..at.checked_add(stride.checked_mul(usize::try_from(count).ok()?)?)?)?;
        if flags & 0x100 == 0 {
            self.duration = self.duration.checked_add(u64::from(default) * u64::from(count))?;
        } else {
            for sample in 0..usize::try_from(count).ok()? {
                self.duration = self
                    .duration
                    .checked_add(u64::from(u32_at(trun, at + sample * stride)?))?;
            }
        }
        self.count += u64::from(count);
        Some(())
    }
}

/// Default duration and flags of the fragment's samples: `tfhd`, else the track's.
fn defaults(tfhd: &[u8], track_default: u32) -> Result<(u32, Option<u32>), Error> {
    let broken = Error::Content("tfhd");
    let flags = u32_at(tfhd, 0).ok_or(broken.clone())?;
    let mut at = 8; // version, flags, track id
    at += if flags & 1 == 0 { 0 } else { 8 };
    at += if flags & 2 == 0 { 0 } else { 4 };
    let mut duration = track_default;
    if flags & 8 != 0 {
        duration = u32_at(tfhd, at).ok_or(broken.clone())?;
        at += 4;
    }
    at += if flags & 0x10 == 0 { 0 } else { 4 };
    let sample_flags = if flags & 0x20 == 0 {
        None
    } else {
        Some(u32_at(tfhd, at).ok_or(broken)?)
    };
    Ok((duration, sample_flags))
}
