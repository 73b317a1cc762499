//! "Perhaps you meant …": names that are alike.

/// Similarity of names from which on one is taken for a slip of the other, where the choice is among few.
pub(super) const LIKENESS: f64 = 0.33;

/// The name closest to `wanted`, if its similarity is at least `least` (0 to 1); of equals the first by name.
#[cold]
pub(super) fn closest<'n>(wanted: &str, names: &'n [String], least: f64) -> Option<&'n str> {
    // Names of Postgres have at most 63 bytes; a longer one is not a slip of the pen.
    if wanted.len() > 128 {
        return None;
    }
    let wanted: Vec<char> = wanted.to_lowercase().chars().collect();
    // Of names that share no three letters in a row (else no two), even the closest looks like a guess.
    [3, 2].into_iter().find_map(|size| closest_sharing(&wanted, names, least, size))
}

fn closest_sharing<'n>(
    wanted: &[char],
    names: &'n [String],
    least: f64,
    size: usize,
) -> Option<&'n str> {
    let grams = framed(wanted);
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let name_grams = framed(&name.to_lowercase().chars().collect::<Vec<_>>());
        if !grams.windows(size).any(|gram| name_grams.windows(size).any(|other| other == gram)) {
            continue;
        }
        let score = similarity(wanted, name);
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

/// The letters between two marks, so that a first or last letter counts as such.
fn framed(letters: &[char]) -> Vec<char> {
    let mut all = vec!['-'];
    all.extend(letters.iter().filter(|c| c.is_alphanumeric() || **c == '_'));
    all.push('-');
    all
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
