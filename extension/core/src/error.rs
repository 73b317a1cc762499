//! Every error with its code, status and public text; one table for extension, proxy and docs.

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    pub status: u16,
    pub code: String,
    pub message: String,
    /// A JSON value: a string, or (PGRST201) an array.
    pub details: Option<serde_json::Value>,
    pub hint: Option<String>,
    /// Extra response headers as `Name: value\n` lines.
    pub headers: String,
}
