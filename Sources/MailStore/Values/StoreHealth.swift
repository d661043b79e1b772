public import MailCore

/// What the store can do now, for answers before data is sent and for `postern status`.
public struct StoreHealth: Hashable, Sendable {
    public enum State: Hashable, Sendable {
        case ready
        /// Below the floor of free space: reading, flags and deleting work, adding does not.
        case spaceLow
        /// Nothing can be written; it heals by itself. The text is for the operator.
        case unavailable(String)
        /// The index cannot be opened, or not be written: it is unavailable until there is another one.
        case damaged(String)
        case closed
    }

    public var state: State
    /// What an ordinary user may still write on the mail drive; 0, like its size, while the drive is away.
    public var freeSpace: ByteCount
    public var totalSpace: ByteCount

    /// The error that adding a message would meet now, if any.
    public var refusal: StoreError? {
        switch state {
        case .ready: nil
        case .spaceLow: .noSpace
        case .unavailable(let reason), .damaged(let reason): .unavailable(reason)
        case .closed: .unavailable("it is closed")
        }
    }
}
