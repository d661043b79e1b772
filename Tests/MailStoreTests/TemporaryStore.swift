import Foundation
import Logging
import MailCore
import MailStore
import NIOCore
import Synchronization
import Testing

/// A real store in a folder of its own, with one account.
final class TemporaryStore: Sendable {
    let folder: String
    let account = AccountID.random()
    let address = MailAddress("alice@postern.test")!
    let store: MailStore

    init(folder: String? = nil, configuration: StoreConfiguration? = nil) throws {
        self.folder = folder ?? NSTemporaryDirectory() + "postern-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        store = try MailStore(
            folder: self.folder, configuration: configuration ?? StoreConfiguration(freeSpaceFloor: { ByteCount(0) }), logger: Self.quiet)
    }

    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    deinit {
        Task { [store, folder] in
            await store.close()
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    /// Ends the store and opens the same folder again.
    func reopened() async throws -> MailStore {
        await store.close()
        return try MailStore(folder: folder, configuration: StoreConfiguration(freeSpaceFloor: { ByteCount(0) }), logger: Self.quiet)
    }

    /// Whoever opens the folder now finds its index damaged, with this in the sentence.
    func isFoundDamaged(_ part: String) async throws {
        let found = try MailStore(folder: folder, logger: Self.quiet)
        if case .damaged(let reason) = found.health.state {
            #expect(reason.contains(part), "\(reason)")
        } else {
            Issue.record("the store is \(found.health.state)")
        }
        await found.close()
    }

    /// INBOX with 2,500 messages: more than goes into one commit.
    func giant() async throws -> MailboxID {
        try await store.provision(account, address: address, folders: [])
        let inbox = try #require(try await store.info("INBOX", of: account)).id
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<2500 { group.addTask { [store] in _ = try await store.append("\(n)", to: inbox) } }
            try await group.waitForAll()
        }
        return inbox
    }

    func recipient(_ mailbox: String = "INBOX") -> LocalRecipient { LocalRecipient(account: account, address: address, mailbox: mailbox) }
}

/// What the system drive knows, without one.
final class RememberedStore: Sendable {
    let known = Mutex<(identity: StoreIdentity, folder: String)?>(nil)
    private let highest = Mutex(0)

    var memory: StoreMemory {
        StoreMemory(
            remembered: { self.known.withLock { $0?.identity } },
            remember: { identity, folder in self.known.withLock { $0 = (identity, folder) } },
            takeGeneration: { least in
                self.highest.withLock { highest in
                    highest = max(least, highest + 1)
                    return highest
                }
            })
    }
}

extension MailStore {
    @discardableResult
    func deliver(_ text: String, to recipients: LocalRecipient...) async throws -> MessageID {
        let message = newMessage()
        try await message.append(ByteBuffer(string: text))
        try await deliver(message, to: recipients)
        return message.id
    }

    func append(_ text: String, to mailbox: MailboxID, flags: Flags = [], keywords: [String] = [], date: Int64 = 1_000) async throws
        -> AppendResult
    {
        let message = newMessage()
        try await message.append(ByteBuffer(string: text))
        return try await append(message, to: mailbox, flags: flags, keywords: keywords, internalDate: date)
    }

    func info(_ name: String, of account: AccountID) async throws -> MailboxInfo? {
        try await read { try $0.mailbox(name, of: account) }
    }

    /// Messages of a mailbox as text, by UID: `1 \Seen hello`.
    func listing(_ mailbox: MailboxID) async throws -> [String] {
        try await read { snapshot in
            let info = try snapshot.mailbox(mailbox)
            var lines: [String] = []
            try snapshot.forEachEntry(in: mailbox, uids: 1...UID.max, summary: false) { entry in
                let body = try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { String(decoding: $0, as: UTF8.self) }
                var flags: [String] = []
                for (flag, name) in [(Flags.seen, "S"), (.answered, "A"), (.flagged, "F"), (.deleted, "D"), (.draft, "X")]
                where entry.flags.contains(flag) { flags.append(name) }
                flags += entry.flags.keywordIndexes.map { info?.keywords[$0] ?? "?" }
                lines.append("\(entry.uid) [\(flags.joined(separator: ","))] \(body)")
                return true
            }
            return lines
        }
    }

    /// Counters as they are kept, against counters as they are counted.
    func countersAreTrue(_ mailbox: MailboxID) async throws -> Bool {
        try await read { snapshot in
            guard let info = try snapshot.mailbox(mailbox) else { return false }
            var messages = 0
            var unseen = 0
            var bytes = 0
            try snapshot.forEachEntry(in: mailbox, uids: 1...UID.max, summary: false) { entry in
                messages += 1
                if !entry.flags.contains(.seen) { unseen += 1 }
                bytes += entry.message.size
                return true
            }
            return info.messages == messages && info.unseen == unseen && info.bytes == bytes
        }
    }
}
