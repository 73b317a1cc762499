//! A server installation of the drill's own: the programs and files of the one under test, with a Howdah in it that the drill
//! may exchange without anybody else's noticing.

use crate::cluster::pg_config;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const MARK: &[u8] = b"howdah library version ";

/// It is removed with this value.
pub struct Prefix {
    folder: PathBuf,
    pub bin: PathBuf,
    library: PathBuf,
    extension: PathBuf,
    given: [PathBuf; 2],
}

impl Prefix {
    pub fn make() -> Self {
        let [bin, library, share] =
            ["--bindir", "--pkglibdir", "--sharedir"].map(|what| PathBuf::from(pg_config(what)));
        let folder = std::env::temp_dir().join(format!("howdah-p{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        // The server finds its files by where they are seen from its programs.
        let common = common(&common(&bin, &library), &share);
        let place = |path: &Path| folder.join(path.strip_prefix(&common).expect("below it"));
        let ours = |name: &str| name.starts_with("howdah");
        fill(&bin, &place(&bin), |_| true);
        fill(&library, &place(&library), ours);
        fill(&share, &place(&share), |name| name == "extension");
        let extension = place(&share).join("extension");
        fill(&share.join("extension"), &extension, ours);
        Self {
            bin: place(&bin),
            library: place(&library).join("howdah.so"),
            extension,
            given: [library.join("howdah.so"), share.join("extension/howdah.control")],
            folder,
        }
    }

    /// The library says that it is of that version, and so does the control file: an installation of before.
    pub fn set_version(&self, version: &str) {
        let mut bytes = fs::read(&self.given[0]).expect("the library");
        let mut places = bytes.windows(MARK.len()).enumerate().filter(|(_, piece)| *piece == MARK);
        let at = places.next().expect("a stamp").0 + MARK.len();
        assert!(places.next().is_none(), "one stamp");
        let field = &mut bytes[at..at + 64 - MARK.len()];
        field.fill(0);
        field[..version.len()].copy_from_slice(version.as_bytes());
        put(&bytes, &self.library);
        let control = fs::read_to_string(&self.given[1]).expect("the control file");
        let line = |line: &str| match line.starts_with("default_version") {
            true => format!("default_version = '{version}'\n"),
            false => format!("{line}\n"),
        };
        let control: String = control.lines().map(line).collect();
        put(control.as_bytes(), &self.extension.join("howdah.control"));
    }

    /// As `make install` does: the library and the control file of now, each by rename.
    pub fn update(&self) {
        put(&fs::read(&self.given[0]).expect("the library"), &self.library);
        let control = fs::read(&self.given[1]).expect("the control file");
        put(&control, &self.extension.join("howdah.control"));
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn common(one: &Path, other: &Path) -> PathBuf {
    let same = one.components().zip(other.components()).take_while(|(a, b)| a == b);
    same.map(|(component, _)| component).collect()
}

fn put(bytes: &[u8], place: &Path) {
    let new = place.with_extension("new");
    fs::write(&new, bytes).and_then(|()| fs::rename(new, place)).expect("a file put in place");
}

/// What `own` names is copied, the rest are links. A folder that is own is made, empty.
fn fill(from: &Path, to: &Path, own: impl Fn(&str) -> bool) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder of the server").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let place = to.join(&name);
        match own(&name.to_string_lossy()) {
            true if path.is_dir() => fs::create_dir_all(&place),
            true => fs::copy(&path, &place).map(drop),
            false => symlink(fs::canonicalize(&path).unwrap_or(path), &place),
        }
        .expect("a copy or a link");
    }
}
