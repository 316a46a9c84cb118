//! Drives kernel and runtime rules through faults from one seed.
