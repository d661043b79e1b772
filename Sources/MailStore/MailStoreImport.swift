import MailCore
import NIOCore

/// A message that was kept elsewhere.
public struct ImportedMessage: Sendable {
    public var octets: [UInt8]
    public var flags: Flags
    public var keywords: [String]
    /// Unix seconds.
    public var internalDate: Int64
    /// Where it was; the import goes on behind it.
    public var place: String

    public init(octets: [UInt8], flags: Flags, keywords: [String], internalDate: Int64, place: String) {
        self.octets = octets
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
        self.place = place
    }
}

/// Many messages at once, each exactly once.
extension MailStore {
    /// Adds the messages in this order, in as few commits as can be, and notes under `name` how far it has come; answers the keywords
    /// for which the mailbox has no room. Throws the first refusal; what was before it is there and noted, nothing behind it is.
    public func importMessages(_ messages: [ImportedMessage], to mailbox: MailboxID, of owner: LocalRecipient, as name: String)
        async throws -> Set<String>
    {
        var previous = try await importPlace(name)
        var verbs: [ImportMessage] = []
        verbs.reserveCapacity(messages.count)
        for message in messages {
            let incoming = newMessage()
            // Above the spool threshold in pieces, as it would come from a peer.
            for piece in stride(from: 0, to: message.octets.count, by: 256 << 10) {
                try await incoming.append(ByteBuffer(bytes: message.octets[piece..<min(piece + (256 << 10), message.octets.count)]))
            }
            let finished = try await finish(
                incoming, internalDate: message.internalDate, flags: message.flags, deliveries: [owner])
            verbs.append(
                ImportMessage(
                    finished: finished, mailbox: mailbox, flags: message.flags, keywords: message.keywords, note: (name, message.place),
                    previous: previous))
            previous = message.place
        }
        var left: Set<String> = []
        for outcome in await performAll(verbs) { left.formUnion(try outcome.get()) }
        return left
    }

    /// How far the import of this name has come; `nil` when it has not begun.
    public func importPlace(_ name: String) async throws -> String? { try await read { try $0.importPlace(name) } }

    /// Imports of which it is noted how far they have come.
    public func notedImports() async throws -> [String] { try await read { try $0.notedImports() } }

    /// The import is over for ever: its name means nothing any more.
    public func forgetImport(_ name: String) async throws(StoreError) { try await perform(ForgetImport(name: name)) }
}

extension StoreSnapshot {
    func importPlace(_ name: String) throws(StoreError) -> String? {
        let select = try connection.statement("SELECT value FROM meta WHERE key = 'import ' || ?1")
        select.bind(1, name)
        return try select.first { $0.text(0) }
    }

    func notedImports() throws(StoreError) -> [String] {
        try connection.statement("SELECT substr(key, 8) FROM meta WHERE key GLOB 'import *'").all { $0.text(0) }
    }
}
