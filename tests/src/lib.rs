//! Real servers, disks and tools for the tests: what each test file shares.
