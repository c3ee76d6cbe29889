//! What the vault promises, held against every kind of place it can write to: a folder on a disk, one on a file system
//! without blocks, memory, and an S3-compatible server with real signatures.

mod backup;
mod behaviour;
mod chain;
mod encrypted;
mod full_disk;
mod place;
mod refusals;
mod removal;
mod s3_server;
mod sweeping;
mod transfer;
