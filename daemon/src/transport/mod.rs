//! SSH, and only here: connect, know the host, log in, execute. It may not know what a backup is.
