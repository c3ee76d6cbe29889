//! One disk or object store, as blocking operations. The same for every kind; what a local folder needs beyond OpenDAL
//! (directories synced, the page cache left alone) is done here and nowhere else.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use opendal::layers::{RetryLayer, TimeoutLayer};
use opendal::{ErrorKind, Operator, services};
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::error::VaultError;

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

/// An open disk. Each thread opens its own: a connection of an object store belongs to the runtime that made it.
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
    /// Opens a disk by its name and place; nothing is touched yet.
    ///
    /// # Errors
    /// [`VaultError::Operation`] where the place makes no sense to OpenDAL.
    pub fn open(disk: &str, place: &Place) -> Result<Self, VaultError> {
        let failed = |source: opendal::Error| operation(disk, "open", &place.shown(), source);
        let (operator, folder) = match place {
            Place::Folder { path, .. } => {
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
                (Operator::new(service).map_err(failed)?.layer(limit).layer(retry), None)
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
            let what = std::io::Error::other(format!("it has {} bytes, more than {bytes_max}", object.bytes));
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
        let first = if self.is_local() { format!("{key}.unfinished") } else { key.to_owned() };
        let result = self.runtime.block_on(async {
            let mut writer = self.operator.writer(&first).await?;
            writer.write(content).await?;
            writer.close().await
        });
        let stored = result.map_err(|error| operation(&self.disk, "write", key, error))?.content_length();
        if stored != written {
            return Err(VaultError::Short { disk: self.disk.clone(), key: key.to_owned(), stored, written });
        }
        if self.is_local() { self.rename(&first, key) } else { Ok(()) }
    }

    /// Gives an object its final name, and makes the name last. Only where [`Store::is_local`].
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn rename(&self, from: &str, to: &str) -> Result<(), VaultError> {
        self.runtime
            .block_on(self.operator.rename(from, to))
            .map_err(|error| operation(&self.disk, "rename", to, error))?;
        self.sync_folders(to)
    }

    /// Makes the names on the way to a key last: OpenDAL syncs files and never folders.
    ///
    /// # Errors
    /// [`VaultError::Operation`].
    pub fn sync_folders(&self, key: &str) -> Result<(), VaultError> {
        let Some(root) = &self.folder else { return Ok(()) };
        let mut folder = root.join(key);
        while folder.pop() && folder.starts_with(root) {
            let synced = File::open(&folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| operation_io(&self.disk, "sync the folder of", key, error))?;
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

/// An error of OpenDAL as one of ours; a full disk is told apart, since it is the one that happens.
pub(super) fn operation(disk: &str, act: &'static str, key: &str, source: opendal::Error) -> VaultError {
    let (disk, key) = (disk.to_owned(), key.to_owned());
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&source);
    while let Some(error) = cause {
        let full = error.downcast_ref::<std::io::Error>().is_some_and(|error| error.raw_os_error() == Some(28));
        if full {
            return VaultError::Full { disk, key, source: source.into() };
        }
        cause = error.source();
    }
    VaultError::Operation { disk, act, key, source: source.into() }
}

pub(super) fn operation_io(disk: &str, act: &'static str, key: &str, source: std::io::Error) -> VaultError {
    VaultError::Operation { disk: disk.to_owned(), act, key: key.to_owned(), source: source.into() }
}
