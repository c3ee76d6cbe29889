//! What Typst may see: the templates, the built-in fonts, and the inputs. No files, no packages, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Dict, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Coverage, Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};

use crate::failure::Failure;
use crate::templates::Templates;

/// Source Sans 3 by Adobe, under the SIL Open Font License (`fonts/OFL.txt`): it has what Spanish and the languages of
/// Guatemala write, and figures of one width.
const FONTS: &[&[u8]] = &[
    include_bytes!("../fonts/SourceSans3-Regular.ttf"),
    include_bytes!("../fonts/SourceSans3-It.ttf"),
    include_bytes!("../fonts/SourceSans3-Semibold.ttf"),
    // For commands alone: DejaVu Sans Mono, under a licence of its own (`fonts/DejaVu.txt`).
    include_bytes!("../fonts/DejaVuSansMono.ttf"),
];

/// The fonts, read once.
static READ_FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect());

/// The letters that the fonts have.
pub(crate) fn coverage() -> Result<&'static Coverage, Failure> {
    READ_FONTS.first().map(|font| &font.info().coverage).ok_or(Failure::Fonts)
}

/// One form's world.
pub(crate) struct FormWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    templates: Templates,
    main: FileId,
}

impl FormWorld {
    /// The world of a form, by the name of its layout's file and the inputs that it reads as `sys.inputs`.
    pub(crate) fn new(templates: Templates, main: &str, inputs: Dict) -> Result<Self, FileError> {
        let path = VirtualPath::new(main).map_err(|_| FileError::NotFound(main.into()))?;
        Ok(Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            book: LazyHash::new(FontBook::from_fonts(READ_FONTS.iter())),
            templates,
            main: FileId::new(RootedPath::new(VirtualRoot::Project, path)),
        })
    }

    /// How a file is called before people: by its path, or by its name where it is built in.
    pub(crate) fn called(&self, id: FileId) -> String {
        let name = id.get().vpath().get_without_slash();
        match self.templates.file(name).map(|file| &file.path) {
            Some(Some(path)) => path.display().to_string(),
            Some(None) => format!("{name} (built in)"),
            None => name.to_owned(),
        }
    }

    fn bytes(&self, id: FileId) -> FileResult<&[u8]> {
        let path = id.get();
        let name = path.vpath().get_without_slash();
        let file = if *path.root() == VirtualRoot::Project { self.templates.file(name) } else { None };
        file.map(|file| file.bytes.as_slice()).ok_or_else(|| FileError::NotFound(name.into()))
    }
}

impl World for FormWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let text = str::from_utf8(self.bytes(id)?).map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        Ok(Bytes::new(self.bytes(id)?.to_vec()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        READ_FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        // The date of a form is that of its record, so that it prints the same on every day.
        None
    }
}
