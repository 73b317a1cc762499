//! "Perhaps you meant …": names that are alike.

/// The name closest to `wanted`, if its similarity is at least `least` (0 to 1); of equals the first by name.
#[cold]
pub(super) fn closest<'n>(wanted: &str, names: &'n [String], least: f64) -> Option<&'n str> {
    // Names of Postgres have at most 63 bytes; a longer one is not a slip of the pen.
    if wanted.len() > 128 {
        return None;
    }
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let score = similarity(&wanted, name);
        let better = match best {
            None => true,
            Some((most, other)) => score > most || (score == most && name.as_str() < other),
        };
        if score >= least && better {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| name)
}

/// 1 − edit distance ÷ length of the longer.
fn similarity(wanted: &[char], name: &str) -> f64 {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let longer = wanted.len().max(name.len());
    if longer == 0 {
        return 1.0;
    }
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (i, a) in wanted.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (b, cell) in name.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    let distance = row.last().copied().unwrap_or(longer);
    1.0 - distance as f64 / longer as f64
}
