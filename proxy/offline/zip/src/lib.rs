//! In place of the archive reader of pg-embed: nothing is downloaded, so nothing is unpacked. An
//! archive cannot be made; see the crate beside this one (docs/adr/0002-offline-pg-embed.md).

#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::io::{self, Read};
use std::marker::PhantomData;

/// The refusal.
#[derive(Debug)]
pub struct Refused;

/// An archive that is never opened.
#[derive(Debug)]
pub struct ZipArchive<R> {
    never: Infallible,
    reader: PhantomData<R>,
}

/// An entry of none.
#[derive(Debug)]
pub struct ZipFile(Infallible);

impl<R: Read> ZipArchive<R> {
    /// Refuses.
    ///
    /// # Errors
    /// [`Refused`], always.
    pub fn new(_reader: R) -> Result<Self, Refused> {
        Err(Refused)
    }

    #[allow(clippy::len_without_is_empty, reason = "the shape that pg-embed calls")]
    pub fn len(&self) -> usize {
        match self.never {}
    }

    /// # Errors
    /// None: there is no archive to ask.
    pub fn by_index(&mut self, _index: usize) -> Result<ZipFile, Refused> {
        match self.never {}
    }
}

impl ZipFile {
    pub fn name(&self) -> &str {
        match self.0 {}
    }

    pub fn compressed_size(&self) -> u64 {
        match self.0 {}
    }
}

impl Read for ZipFile {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {}
    }
}
