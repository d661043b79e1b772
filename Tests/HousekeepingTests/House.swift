import Foundation
import Housekeeping
import Logging
import MailCore
import MailStore
import NIOCore
import StateStore
import Synchronization

/// The two stores in a folder of their own, as a runner has them.
final class House: Sendable {
    let folder: String
    let state: StateStore
    let store: MailStore

    init(folder: String? = nil, packSize: ByteCount = .kibibytes(64)) throws {
        self.folder = folder ?? NSTemporaryDirectory() + "postern-house-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        state = try StateStore(path: self.folder + "/state.sqlite", logger: logger)
        let standard = self.folder + "/mail"
        store = try MailStore(
            folder: try state.mailHome()?.folder(standard: standard) ?? standard,
            configuration: StoreConfiguration(
                freeSpaceFloor: { ByteCount(0) }, memory: .kept(in: state, standard: standard), packSize: packSize),
            logger: logger)
    }

    var services: HouseServices {
        HouseServices(state: state, store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Ends the stores; the folder stays.
    func close() async {
        await store.close()
        state.close()
    }

    func remove() async {
        await close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func account(_ name: String) async throws -> Account {
        if let domain = Domain("postern.test"), !state.directory.isLocal(domain) { try await state.addDomain(domain) }
        guard let address = MailAddress("\(name)@postern.test") else { throw TaskFailure("no address") }
        let account = try await state.addAccount(address: address, password: Array("x".utf8), iterations: 1)
        try await store.provision(account.id, address: account.address, folders: [])
        return account
    }

    func deliver(_ text: String, to account: Account) async throws {
        let message = store.newMessage()
        try await message.append(ByteBuffer(string: text))
        try await store.deliver(message, to: [LocalRecipient(account: account.id, address: account.address)])
    }

    /// Everything that a client could see of an account's mail: a line a message.
    ///
    /// - Parameter gap: so many numbers were left out in each mailbox, at the end.
    static func digest(_ store: MailStore, _ account: AccountID, gap: Int = 0) async throws -> [String] {
        try await store.read { snapshot in
            var lines: [String] = []
            for info in try snapshot.mailboxes(of: account) {
                let (next, highest) = (Int(info.uidNext) - gap, Int(info.highestModSeq) - gap)
                lines.append("\(info.name) \(info.uidValidity) \(next) \(highest) \(info.keywords)")
                try snapshot.forEachEntry(in: info.id, uids: 1...UID.max, summary: true) { entry in
                    let body = try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { String(decoding: $0, as: UTF8.self) }
                    lines.append(
                        "\(entry.uid) \(entry.flags.rawValue) \(entry.modSeq) \(entry.internalDate) \(entry.summary.count) \(body)")
                    return true
                }
            }
            return lines + (try snapshot.subscriptions(of: account))
        }
    }

    /// Starts a task and waits for its end.
    static func finish(_ runner: TaskRunner, _ name: String, _ parameters: [String: String] = [:]) async throws -> TaskRecord {
        let task = try await runner.start(name, parameters, by: "test")
        var last = task.record
        for await live in try await runner.watch(task.record.id) { last = live.record }
        return try await runner.live(last.id).record
    }
}
