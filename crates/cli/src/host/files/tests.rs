use tempfile::TempDir;

use super::*;

struct Chance(u8);

impl Rng for Chance {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(self.0);
        self.0 = self.0.wrapping_add(1);
    }
}

/// A profile's files, a folder to save into, and one with something to send.
struct Desk {
    files: Files,
    saved: PathBuf,
    source: PathBuf,
    _folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().join("saved");
        fs::create_dir(&saved).unwrap();
        let files = Files::new(folder.path().join("profile"));
        Self { files, saved, source: folder.path().join("source"), _folder: folder }
    }

    fn seal(&self, number: FileNumber, content: &[u8]) -> Sealed {
        fs::write(&self.source, content).unwrap();
        self.files.seal(number, &self.source, &mut Chance(1), |_| {}).unwrap()
    }

    fn save(&self, number: FileNumber, file: &FileRef, name: &str) -> Result<PathBuf, FileError> {
        self.files.save(number, file, &self.saved, name, |_| {})
    }

    /// All that lies where files are saved, hidden or not.
    fn listed(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.saved).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn content(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

#[test]
fn slow_a_file_comes_out_as_it_went_in_at_every_border() {
    let chunk = usize::try_from(CHUNK).unwrap();
    let desk = Desk::new();
    let edges = [chunk, PORTION, 2 * PORTION];
    for (number, size) in
        [0, 1].into_iter().chain(edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1])).enumerate()
    {
        let number = i64::try_from(number).unwrap();
        let sealed = desk.seal(number, &content(size));
        assert_eq!(desk.files.digest(number), Some(sealed.file.blob), "{size}");
        let mut told = Vec::new();
        let saved = desk.files.save(number, &sealed.file, &desk.saved, "out", |done| told.push(done)).unwrap();
        assert!(fs::read(&saved).unwrap() == content(size), "{size}");
        assert_eq!(told.last(), Some(&(size as u64)));
        fs::remove_file(saved).unwrap();
    }
}

#[test]
fn one_changed_byte_anywhere_leaves_nothing_behind() {
    let desk = Desk::new();
    let sealed = desk.seal(1, &content(PORTION + 1));
    let whole = fs::read(desk.files.path(1)).unwrap();
    for at in [0, SEALED_PORTION - 1, SEALED_PORTION, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(desk.files.path(1), changed).unwrap();
        let saved = desk.save(1, &sealed.file, "out");
        assert!(matches!(saved, Err(FileError::Chunk(ChunkError::Damaged { .. }))), "{at}: {saved:?}");
        assert!(desk.listed().is_empty());
    }
}

#[test]
fn what_is_cut_off_or_goes_on_is_not_what_was_sent() {
    let desk = Desk::new();
    let sealed = desk.seal(1, &content(PORTION));
    let whole = fs::read(desk.files.path(1)).unwrap();
    let longer = [whole.as_slice(), b"x"].concat();
    for other in [&whole[..whole.len() - 1], &whole[..whole.len() / 2], &[][..]] {
        fs::write(desk.files.path(1), other).unwrap();
        assert!(matches!(desk.save(1, &sealed.file, "out"), Err(FileError::Chunk(_))), "{}", other.len());
    }
    // What stands behind the end is no part of the file.
    fs::write(desk.files.path(1), longer).unwrap();
    let saved = desk.save(1, &sealed.file, "out").unwrap();
    assert!(fs::read(saved).unwrap() == content(PORTION));
}

#[test]
fn a_file_that_changes_its_size_while_it_is_sealed_is_refused() {
    for size in [PORTION as u64, PORTION as u64 + 5, 3 * PORTION as u64] {
        let desk = Desk::new();
        fs::write(&desk.source, content(2 * PORTION)).unwrap();
        let source = OpenOptions::new().write(true).open(&desk.source).unwrap();
        let sealed = desk.files.seal(1, &desk.source, &mut Chance(1), |_| source.set_len(size).unwrap());
        assert!(matches!(sealed, Err(FileError::Chunk(_))), "{size}: {sealed:?}");
    }
}

#[test]
fn what_can_not_be_saved_leaves_no_part() {
    let desk = Desk::new();
    let sealed = desk.seal(1, b"content");
    assert!(matches!(desk.save(2, &sealed.file, "out"), Err(FileError::Io(_))), "not here");
    assert!(matches!(desk.save(1, &sealed.file, &"x".repeat(300)), Err(FileError::Io(_))), "a name that is too long");
    let nowhere = desk.saved.join("nowhere");
    assert!(desk.files.save(1, &sealed.file, &nowhere, "out", |_| {}).is_err());
    assert!(desk.listed().is_empty());
}

#[test]
fn nothing_is_overwritten_and_no_name_leads_out() {
    let desk = Desk::new();
    let sealed = desk.seal(1, b"content");
    fs::write(desk.saved.join("a.txt"), b"mine").unwrap();
    for name in ["a.txt", "a.txt", "../a.txt", "/etc/a.txt"] {
        desk.save(1, &sealed.file, name).unwrap();
    }
    assert_eq!(desk.listed(), ["a (1).txt", "a (2).txt", "a (3).txt", "a (4).txt", "a.txt"]);
    assert_eq!(fs::read(desk.saved.join("a.txt")).unwrap(), b"mine");
    assert!(desk.save(1, &sealed.file, "..").is_err());
}

#[test]
fn portions_are_written_where_they_belong_and_nowhere_else() {
    let desk = Desk::new();
    let read = || desk.files.read(1, 0, 100).unwrap();
    assert_eq!(desk.files.write(1, 3, b"late").unwrap(), 0, "there is nothing before it yet");
    assert_eq!(desk.files.write(1, 0, b"abcdef").unwrap(), 6);
    assert_eq!(desk.files.write(1, 7, b"gap").unwrap(), 6);
    assert_eq!(read(), b"abcdef");
    assert_eq!(desk.files.write(1, 6, b"g").unwrap(), 7);
    // A portion that comes again is the end of what is known.
    assert_eq!(desk.files.write(1, 2, b"XY").unwrap(), 4);
    assert_eq!(read(), b"abXY");
    assert_eq!(desk.files.read(1, 1, 2).unwrap(), b"bX");
}

#[test]
fn only_what_is_named_is_kept() {
    let desk = Desk::new();
    for number in [1, 2, 30] {
        desk.files.write(number, 0, b"x").unwrap();
    }
    desk.files.keep_only(&[2]);
    let there = [1, 2, 30].map(|number| desk.files.digest(number).is_some());
    assert_eq!(there, [false, true, false]);
    desk.files.erase(2);
    desk.files.erase(2);
    assert_eq!(desk.files.digest(2), None);
    // A profile that never had a file has no folder.
    Files::new(desk.saved.join("nowhere")).keep_only(&[]);
}
