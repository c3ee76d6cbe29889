//! The system's disk service, UDisks2, over the system bus: it unmounts for people who are not root, and switches disks
//! off. It may not know what is on them.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use zbus::{Connection, OwnedObjectPath, Variant, proxy};

/// How long it may take: it writes down what is left in memory first.
const PATIENCE: Duration = Duration::from_secs(120);

type Options<'a> = HashMap<&'a str, Variant<'a>>;

#[proxy(
    interface = "org.freedesktop.UDisks2.Manager",
    default_service = "org.freedesktop.UDisks2",
    default_path = "/org/freedesktop/UDisks2/Manager"
)]
trait Manager {
    async fn resolve_device(&self, device: Options<'_>, options: Options<'_>) -> zbus::Result<Vec<OwnedObjectPath>>;
}

#[proxy(interface = "org.freedesktop.UDisks2.Block", default_service = "org.freedesktop.UDisks2")]
trait Block {
    #[zbus(property)]
    fn drive(&self) -> zbus::Result<OwnedObjectPath>;
    #[zbus(property)]
    fn crypto_backing_device(&self) -> zbus::Result<OwnedObjectPath>;
}

#[proxy(interface = "org.freedesktop.UDisks2.Filesystem", default_service = "org.freedesktop.UDisks2")]
trait Filesystem {
    #[zbus(allow_interactive_auth)]
    async fn unmount(&self, options: Options<'_>) -> zbus::Result<()>;
}

#[proxy(interface = "org.freedesktop.UDisks2.Encrypted", default_service = "org.freedesktop.UDisks2")]
trait Encrypted {
    #[zbus(allow_interactive_auth)]
    async fn lock(&self, options: Options<'_>) -> zbus::Result<()>;
}

#[proxy(interface = "org.freedesktop.UDisks2.Drive", default_service = "org.freedesktop.UDisks2")]
trait Drive {
    #[zbus(property)]
    fn can_power_off(&self) -> zbus::Result<bool>;
    #[zbus(allow_interactive_auth)]
    async fn power_off(&self, options: Options<'_>) -> zbus::Result<()>;
}

/// Why the disk service does not unmount.
#[derive(Debug, thiserror::Error)]
pub enum UdisksError {
    /// What is mounted lies on no device.
    #[error("what is mounted lies on no device that the disk service could know")]
    NoDevice,
    /// The service does not know the device.
    #[error("the disk service does not know {0}")]
    Unknown(String),
    /// There is no system bus, or no service on it.
    #[error("the system's disk service (UDisks2) does not answer: {0}")]
    NoService(String),
    /// It refuses.
    #[error("the system's disk service refuses: {0}")]
    Refused(zbus::Error),
    /// It took too long.
    #[error("the system's disk service did not answer within {0} s")]
    Slow(u64),
}

impl UdisksError {
    /// Whether somebody uses the disk.
    pub fn is_busy(&self) -> bool {
        let busy = "org.freedesktop.UDisks2.Error.DeviceBusy";
        matches!(self, Self::Refused(zbus::Error::MethodError(name, _, _)) if name.as_str() == busy)
    }
}

/// Unmounts the file system on a device, and switches its disk off where it can be. Returns whether its power is off. It
/// must not be called from an async task.
///
/// # Errors
/// [`UdisksError`]; the file system is then still mounted.
pub fn eject(device: &Path) -> Result<bool, UdisksError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| UdisksError::NoService(error.to_string()))?;
    let done = runtime.block_on(async { tokio::time::timeout(PATIENCE, eject_on(device)).await });
    done.map_err(|_| UdisksError::Slow(PATIENCE.as_secs()))?
}

async fn eject_on(device: &Path) -> Result<bool, UdisksError> {
    let no_service = |error: zbus::Error| UdisksError::NoService(error.to_string());
    let bus = Connection::system().await.map_err(no_service)?;
    let manager = ManagerProxy::new(&bus).await.map_err(no_service)?;
    let shown = device.display().to_string();
    let wanted = HashMap::from([("path", Variant::from(shown.as_str()))]);
    let found = manager.resolve_device(wanted, HashMap::new()).await.map_err(no_service)?;
    let block = found.into_iter().next().ok_or(UdisksError::Unknown(shown))?;
    unmount(&bus, &block).await.map_err(UdisksError::Refused)?;
    // The disk may be taken out from here on, whether its power goes off or not.
    Ok(power_off(&bus, &block).await.unwrap_or(false))
}

async fn unmount(bus: &Connection, block: &OwnedObjectPath) -> zbus::Result<()> {
    FilesystemProxy::builder(bus).path(block).build().await?.unmount(HashMap::new()).await
}

/// Locks what was encrypted, and switches the disk off.
async fn power_off(bus: &Connection, block: &OwnedObjectPath) -> zbus::Result<bool> {
    let mut block = block.clone();
    let backing = BlockProxy::builder(bus).path(&block).build().await?.crypto_backing_device().await;
    if let Ok(backing) = backing
        && backing.as_str() != "/"
    {
        EncryptedProxy::builder(bus).path(&backing).build().await?.lock(HashMap::new()).await?;
        block = backing;
    }
    let drive = BlockProxy::builder(bus).path(&block).build().await?.drive().await?;
    if drive.as_str() == "/" {
        return Ok(false);
    }
    let drive = DriveProxy::builder(bus).path(&drive).build().await?;
    if !drive.can_power_off().await? {
        return Ok(false);
    }
    drive.power_off(HashMap::new()).await?;
    Ok(true)
}
