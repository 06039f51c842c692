//! Fields of binary COPY, written (PostgreSQL manual, COPY, "Binary Format"). Frames and reading are the load room's.

/// 2000-01-01 in microseconds and days since 1970-01-01: where Postgres counts from.
pub const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// See [`EPOCH_MICROS`].
pub const EPOCH_DAYS: i32 = 10_957;
/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;
/// What a stream begins with.
pub const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The sign word of a negative numeric.
pub const SIGN_NEGATIVE: u16 = 0x4000;
/// Decimals kept of a numeric.
pub const NUMERIC_SCALE: u32 = 4;

/// The begin of a binary COPY stream.
pub fn write_header(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(SIGNATURE);
    bytes.extend_from_slice(&[0; 8]);
}

/// The end of a binary COPY stream. Never sent after an error: without it the server rolls the COPY back.
pub fn write_trailer(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(-1i16).to_be_bytes());
}

/// A field of any width, or null.
pub fn write_field(bytes: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        Some(field) => {
            bytes.extend_from_slice(&(field.len() as i32).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        None => bytes.extend_from_slice(&(-1i32).to_be_bytes()),
    }
}

/// Days since 1970 → date; the ends of the range are ±infinity and stay so.
pub fn write_date(bytes: &mut Vec<u8>, days: Option<i32>) {
    let days = days.map(|d| if d == i32::MAX { d } else { d.saturating_sub(EPOCH_DAYS) });
    write_field(bytes, days.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
}

/// Microseconds since 1970 → timestamptz; the ends of the range are ±infinity and stay so.
pub fn write_timestamp(bytes: &mut Vec<u8>, micros: Option<i64>) {
    let micros = micros.map(|m| if m == i64::MAX { m } else { m.saturating_sub(EPOCH_MICROS) });
    write_field(bytes, micros.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
}

/// Text → jsonb, whose binary form begins with its version, 1.
pub fn write_json(bytes: &mut Vec<u8>, text: Option<&str>) {
    let Some(text) = text else { return write_field(bytes, None) };
    bytes.extend_from_slice(&(text.len() as i32 + 1).to_be_bytes());
    bytes.push(1);
    bytes.extend_from_slice(text.as_bytes());
}

/// integer × 10⁴ → numeric.
pub fn write_numeric(bytes: &mut Vec<u8>, scaled: Option<i64>) {
    let Some(scaled) = scaled else { return write_field(bytes, None) };
    let mut digits = Vec::new();
    let mut rest = scaled.unsigned_abs();
    while rest > 0 {
        digits.push((rest % 10_000) as i16);
        rest /= 10_000;
    }
    digits.reverse();
    // The last base-10000 digit is the fraction.
    let weight = digits.len() as i16 - 2;
    let sign = if scaled < 0 { SIGN_NEGATIVE } else { 0 };
    bytes.extend_from_slice(&(8 + 2 * digits.len() as i32).to_be_bytes());
    bytes.extend_from_slice(&(digits.len() as i16).to_be_bytes());
    bytes.extend_from_slice(&weight.to_be_bytes());
    bytes.extend_from_slice(&sign.to_be_bytes());
    bytes.extend_from_slice(&(NUMERIC_SCALE as i16).to_be_bytes());
    for digit in digits {
        bytes.extend_from_slice(&digit.to_be_bytes());
    }
}
