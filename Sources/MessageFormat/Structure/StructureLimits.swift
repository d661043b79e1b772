public import MailCore

/// How much of one message's structure is worked out; beyond it a part is opaque, never an error.
public struct StructureLimits: Sendable, Hashable {
    /// Of one header block, the message's own or a part's. Beyond it the message's own header makes
    /// `StructureParser.headerTooLarge` true, and a part is opaque.
    public var headerBlock: ByteCount
    /// Parts of one message, embedded messages included. The last one takes in all that follows.
    public var parts: Int
    /// How deep multiparts and embedded messages may lie in each other; a container below that is opaque.
    public var depth: Int
    /// Addresses in all envelopes of one message. Ten thousand keep an ENVELOPE below the megabyte that some clients read
    /// as one line at most.
    public var addresses: Int
    /// Octets that descriptions, parameters and envelopes of all parts may take up in memory and in the index. The message's own
    /// envelope is not counted.
    public var details: ByteCount

    public init(
        headerBlock: ByteCount = .mebibytes(1), parts: Int = 1000, depth: Int = 50, addresses: Int = 10_000,
        details: ByteCount = .mebibytes(1)
    ) {
        self.headerBlock = headerBlock
        self.parts = parts
        self.depth = depth
        self.addresses = addresses
        self.details = details
    }
}
