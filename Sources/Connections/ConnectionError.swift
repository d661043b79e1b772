/// Why a wait on a connection ended without what it waited for. The session ends its dialogue and returns; it never retries.
public enum ConnectionError: Error, Hashable, Sendable {
    /// The peer has gone, or has said that it will send no more. What is written now is still delivered when it can be.
    case closed
    /// The peer took longer than the wait's `within`.
    case deadline
    /// No line end within the limit of the line.
    case lineTooLong
    /// TLS was asked for and the peers did not agree on it. There is nobody to talk to.
    case notEncrypted
    /// The server is going down: say so (SMTP 421, IMAP BYE) and return.
    case stopping
}
