//! The agent: runs a dump at its source and gives it away as checked frames.
