//! One disk or object store, as blocking operations. The same for every kind; what a local folder needs beyond OpenDAL
//! (directories synced, the page cache left alone) is done here and nowhere else.

use std::error::Error;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::{ErrorKind, HttpTransporter, Operator, services};
use opendal_http_transport_reqwest::ReqwestTransport;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::error::VaultError;
use super::layout::UNFINISHED_SUFFIX;

/// How long an object store may take to answer at all; then it is tried again.
const CONNECT_PATIENCE: Duration = Duration::from_secs(30);

/// Where a disk is, with all that is needed to open it.
#[derive(Clone)]
pub enum Place {
    /// A folder on this machine.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Whether a file system must be mounted just there.
        mount_point: bool,
    },
    /// A bucket of an S3-compatible object store.
    S3(S3),
    /// Memory, for tests of what is common to all kinds.
    #[cfg(test)]
    Memory(Operator),
}

/// An S3-compatible object store.
#[derive(Clone)]
pub struct S3 {
    /// The bucket.
    pub bucket: String,
    /// The service's URL.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// The prefix of every key.
    pub prefix: String,
    /// The access key's id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Zeroizing<String>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Place {
    /// Whether a file can be written under one name and be given another at once.
    pub fn can_rename(&self) -> bool {
        matches!(self, Self::Folder { .. })
    }

    /// The place for a person.
    pub fn shown(&self) -> String {
        match self {
            Self::Folder { path, .. } => path.display().to_string(),
            Self::S3(s3) => format!("{}/{}/{}", s3.endpoint, s3.bucket, s3.prefix),
            #[cfg(test)]
            Self::Memory(_) => "memory".to_owned(),
        }
    }
}

/// An open disk. Each thread opens its own, with an HTTP client of its own: a connection of an object store is driven
/// by the runtime that made it, and one that is shared stands still while that runtime has nothing else to do.
pub struct Store {
    pub(super) disk: String,
    pub(super) folder: Option<PathBuf>,
    pub(super) operator: Operator,
    pub(super) runtime: Runtime,
}

/// What lies under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last changed, in seconds since 1970, where the store says.
    pub changed: Option<i64>,
}

impl Store {
    /// Opens a disk by its name and place; nothing is touched yet. A folder must be there, and where it should be a
    /// mount point something must be mounted: OpenDAL would make a folder that is missing.
    ///
    /// # Errors
    /// [`VaultError::NoFolder`], [`VaultError::NotMounted`], or [`VaultError::Operation`] where the place makes no sense
    /// to OpenDAL.
    pub fn open(disk: &str, place: &Place) -> Result<Self, VaultError> {
        let failed = |source: opendal::Error| operation(disk, "open", &place.shown(), source);
        let (operator, folder) = match place {
            Place::Folder { path, mount_point } => {
                look_at_folder(disk, path, *mount_point)?;
                // No retries on a local disk: a full disk is flagged as temporary and would be tried again.
                let service = services::Fs::default().root(&path.to_string_lossy());
                (Operator::new(service).map_err(failed)?, Some(path.clone()))
            }
            Place::S3(s3) => {
                let service = services::S3::default()
                    .root(&s3.prefix)
                    .bucket(&s3.bucket)
                    .endpoint(&s3.endpoint)
                    .region(&s3.region)
                    .access_key_id(&s3.access_key)
                    .secret_access_key(&s3.secret_key)
                    .disable_config_load()
                    .disable_ec2_metadata();
                // The time limit is inside the retries, or their state would be lost with each.
                let limit =
                    TimeoutLayer::new().with_timeout(Duration::from_secs(60)).with_io_timeout(Duration::from_secs(300));
                let retry = RetryLayer::new().with_max_times(4).with_jitter();
                let operator = Operator::new(service).map_err(failed)?;
                let client = reqwest::Client::builder().connect_timeout(CONNECT_PATIENCE).build();
                let client =
                    client.map_err(|error| operation_io(disk, "open", &place.shown(), io::Error::other(error)))?;
                let http = HttpTransporter::new(ReqwestTransport::new(client));
                let context = operator.context().with_http_transport(http);
                (operator.with_context(context).layer(limit).layer(retry), None)
            }
            #[cfg(test)]
            Place::Memory(operator) => (operator.clone(), None),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|source| operation_io(disk, "open", &place.shown(), source))?;
        Ok(Self { disk: disk.to_owned(), folder, operator, runtime })
    }

    /// The disk's name.
    pub fn disk(&self) -> &str {
        &self.disk
    }

    /// Whether it is a folder on this machine.
    pub fn is_local(&self) -> bool {
        self.folder.is_some()
    }

    /// Reads a small object; `None` where there is none.
    ///
    /// # Errors
    /// [`VaultError::Operation`], also for one larger than `bytes_max`.
    pub fn read_small(&self, key: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(object) = self.stat(key)? else { return Ok(None) };
        if object.bytes > bytes_max {
            let what = io::Error::other(format!("it has {} bytes, more than {bytes_max}", object.bytes));
            return Err(operation_io(&self.disk, "read", key, what));
        }
        match self.runtime.block_on(self.operator.read(key)) {
            Ok(buffer) => Ok(Some(buffer.to_vec())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(operation(&self.disk, "read", key, error)),
        }
    }

    /// Writes a small object as a whole: under another name first where the store can rename, synced, with its folder.
    ///
    /// # Errors
    /// [`VaultError::Operation`] or [`VaultError::Full`].
    pub fn write_small(&self, key: &str, content: Vec<u8>) -> Result<(), VaultError> {
        let written = content.len() as u64;
        let first = if self.is_local() { format!("{key}{UNFINISHED_SUFFIX}") } else { key.to_owned() };
        let result = self.runtime.block_on(async {
            let mut writer = self.operator.writer(&first).await?;
            writer.write(content).await?;
            writer.close().await
        });
        let stored = result.map(|stored| stored.content_length());
        let result = match stored.map_err(|error| operation(&self.disk, "write", key, error)) {
            Ok(stored) if stored != written => {
                Err(VaultError::Short { disk: self.disk.clone(), key: key.to_owned(), stored, written })
            }
            Ok(_) if self.is_local() => self.rename(&first, key),
            other => other.map(drop),
        };
        if result.is_err() && self.is_local() {
            // A disk that is full wants its last bytes back; what cannot be removed is never taken for anything.
            let _left_lying = self.remove(&first);
        }
        result
    }

    /// Gives an object its final name, and makes the name last. Only where [`Store::is_local`].
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn rename(&self, from: &str, to: &str) -> Result<(), VaultError> {
        self.runtime
            .block_on(self.operator.rename(from, to))
            .map_err(|error| operation(&self.disk, "rename", to, error))?;
        self.sync_folders(to)?;
        self.sync_folders(from)
    }

    /// Makes the names on the way to a key last: OpenDAL syncs files and never folders. A network share that knows no
    /// such sync makes its names last by itself.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn sync_folders(&self, key: &str) -> Result<(), VaultError> {
        let Some(root) = &self.folder else { return Ok(()) };
        let mut folder = root.join(key);
        while folder.pop() && folder.starts_with(root) {
            match File::open(&folder).and_then(|folder| folder.sync_all()) {
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {}
                synced => synced.map_err(|error| operation_io(&self.disk, "sync the folder of", key, error))?,
            }
        }
        Ok(())
    }

    /// What lies under a key.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn stat(&self, key: &str) -> Result<Option<Object>, VaultError> {
        match self.runtime.block_on(self.operator.stat(key)) {
            Ok(found) => Ok(Some(object(key.to_owned(), &found))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(operation(&self.disk, "look at", key, error)),
        }
    }

    /// Everything below a folder (a key with a slash at its end), in order of keys; nothing where there is no folder.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn list(&self, folder: &str) -> Result<Vec<Object>, VaultError> {
        let listed = self.runtime.block_on(async { self.operator.list_with(folder).recursive(true).await });
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(operation(&self.disk, "list", folder, error)),
        };
        let files = entries.into_iter().filter(|entry| entry.metadata().is_file());
        let mut objects: Vec<Object> = files.map(|entry| object(entry.path().to_owned(), entry.metadata())).collect();
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(objects)
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn remove(&self, key: &str) -> Result<(), VaultError> {
        self.runtime.block_on(self.operator.delete(key)).map_err(|error| operation(&self.disk, "remove", key, error))
    }
}

fn object(key: String, found: &opendal::Metadata) -> Object {
    let changed = found.last_modified().map(|time| time.into_inner().as_second());
    Object { key, bytes: found.content_length(), changed }
}

/// An empty mount point takes writes like any folder, and hides them when the disk comes: the oldest trap there is.
fn look_at_folder(disk: &str, path: &Path, mount_point: bool) -> Result<(), VaultError> {
    let no_folder = || VaultError::NoFolder { disk: disk.to_owned(), path: path.to_owned() };
    if !path.is_dir() {
        return Err(no_folder());
    }
    if mount_point && !is_mount_point(path).map_err(|_| no_folder())? {
        return Err(VaultError::NotMounted { disk: disk.to_owned(), path: path.to_owned() });
    }
    Ok(())
}

/// Whether a file system is mounted just here: its root is on another device than its parent, or is its own parent.
pub(super) fn is_mount_point(path: &Path) -> io::Result<bool> {
    let (here, parent) = (path.metadata()?, path.join("..").metadata()?);
    Ok(here.dev() != parent.dev() || here.ino() == parent.ino())
}

/// An error of OpenDAL as one of ours.
pub(super) fn operation(disk: &str, act: &'static str, key: &str, source: opendal::Error) -> VaultError {
    failure(disk, act, key, source.into())
}

/// An error of the system as one of ours.
pub(super) fn operation_io(disk: &str, act: &'static str, key: &str, source: io::Error) -> VaultError {
    failure(disk, act, key, source.into())
}

/// A full disk is told apart, and one that is somebody else's, since these happen to healthy disks.
fn failure(disk: &str, act: &'static str, key: &str, source: Box<dyn Error + Send + Sync>) -> VaultError {
    let (disk, key) = (disk.to_owned(), key.to_owned());
    let mut cause: Option<&(dyn Error + 'static)> = Some(source.as_ref());
    while let Some(error) = cause {
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return VaultError::Full { disk, key, source };
        }
        if kind == Some(io::ErrorKind::PermissionDenied) {
            return VaultError::NotOurs { disk, act, key, source };
        }
        cause = error.source();
    }
    VaultError::Operation { disk, act, key, source }
}
