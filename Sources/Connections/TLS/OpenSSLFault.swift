internal import COpenSSL

/// What OpenSSL says about the last thing that went wrong on this thread.
enum OpenSSLFault {
    /// The library's words for the newest fault, and forgets all of them; `nil` when it has none.
    static func take() -> String? {
        defer { ERR_clear_error() }
        let code = ERR_peek_last_error()
        guard code != 0 else { return nil }
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL error \(code)"
    }
}
