//! The one place that rolls dice: jitter for schedules and retries, passed into the pure rooms as a parameter.

/// Evenly spread over 0 to 1.
pub fn fraction() -> f64 {
    let mut bytes = [0u8; 4];
    // Without random numbers nothing is wrong but that things happen at the same time.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

/// Evenly spread over -1 to 1.
pub fn signed() -> f64 {
    fraction() * 2.0 - 1.0
}
