/// Why the store did not do what was asked. The texts are for the journal; what a peer hears is the face's business.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What helps when the index of the store in use is damaged, a sentence.
    public static let remedyForIndex = "\"postern tasks start rebuild-index\" makes it anew from the packs."

    case noSuchMailbox
    case mailboxExists
    /// The name is `INBOX`, too deep, empty or not normal where it must not be.
    case nameNotAllowed
    /// The mailbox has names for 56 keywords already.
    case tooManyKeywords
    /// Free space is below the floor, or the drive is full. `452 4.3.1`, `NO [OVERQUOTA]`
    case noSpace
    /// The drive is away, a sync failed, the index cannot be opened, or the store is closed. `451 4.3.0`, `NO [UNAVAILABLE]`
    case unavailable(String)
    /// Bytes on the drive are not what was written.
    case damaged(String)
    /// Likewise, and they are the index's, which can be made anew.
    case damagedIndex(String)
    /// A newer Postern has written it.
    case tooNew(String)

    public var description: String {
        switch self {
        case .noSuchMailbox: "There is no such mailbox."
        case .mailboxExists: "There is a mailbox of this name already."
        case .nameNotAllowed: "This name is not allowed for a mailbox."
        case .tooManyKeywords: "The mailbox has \(Flags.maxKeywords) keywords already."
        case .noSpace: "The mail drive has less free space than store.free-space-floor."
        case .unavailable(let reason): "The mail store is not available: \(reason)."
        case .damaged(let reason): "The mail store is damaged: \(reason)."
        case .damagedIndex(let reason): "The index of the mail store is damaged: \(reason)."
        case .tooNew(let reason): "A newer Postern has written the mail store: \(reason); install that version again."
        }
    }
}
