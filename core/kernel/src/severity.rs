use polyphon_wire::wire;

wire! {
    /// How grave something is.
    pub choice Severity {
        /// Somebody should look at it.
        0 => Warning,
        /// Somebody must look at it.
        1 => Critical,
    }
}
