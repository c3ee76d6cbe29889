//! Where the report of a month stands (procedure, R110 to R112). It may not know what it says.

words! {
    /// Where a report stands.
    ReportState {
        /// It is being written.
        Draft = "draft", "borrador";
        /// It was delivered to quality management, its figures frozen.
        Delivered = "delivered", "entregado";
        /// Quality management has said that it received it.
        Received = "received", "recibido";
    }
}
