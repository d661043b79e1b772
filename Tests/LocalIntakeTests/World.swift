import Foundation
import Host
import Logging
import MailCore
import MailSettings
import MailStore
import StateStore
import Synchronization

@testable import LocalIntake

/// A machine `gw.example` with the domain example.org, stores, and a folder for letters.
final class World: Sendable {
    let folder: String
    let state: StateStore
    let store: MailStore
    let drop: DropFolder
    let journal = Mutex<[String]>([])
    let settings: LiveSettings

    init(_ overrides: [String: String] = [:]) async throws {
        folder = "/tmp/postern-intake-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder + "/mail", withIntermediateDirectories: true)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        state = try StateStore(path: folder + "/state.sqlite", logger: quiet)
        store = try MailStore(
            folder: folder + "/mail", configuration: StoreConfiguration(freeSpaceFloor: { .mebibytes(1) }), logger: quiet)
        settings = LiveSettings(try Settings.defaults.overriding(overrides))
        drop = DropFolder(folder + "/drop")
        guard drop.make() else { throw StoreError.unavailable("no folder") }
        try await state.addDomain(Domain("example.org")!)
        _ = try await state.addAccount(address: MailAddress("alice@example.org")!, password: Array("alice".utf8), iterations: 1)
    }

    deinit {
        state.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    func box() -> LetterBox {
        LetterBox(
            drop,
            IntakeServices(
                settings: settings, state: state, store: store, hostname: "gw.example", isUser: { ["www-data", "root"].contains($0) },
                logger: Logger(label: "test") { _ in Recorder(world: self) }))
    }

    /// As sendmail does it.
    @discardableResult
    func drop(_ text: String, from sender: String? = "root", to recipients: String..., fullName: String = "") throws -> String {
        var file = try DropFile(in: drop.path)
        let envelope = DropEnvelope(
            sender: sender.flatMap { DropName($0) }, recipients: recipients.compactMap { DropName($0) }, fullName: fullName)
        try file.write(envelope.octets)
        try file.write(Array(text.utf8))
        return try file.commit()
    }

    var letters: [String] { drop.letters(limit: 100) }

    /// The messages of an account's INBOX.
    func inbox(_ address: String = "alice@example.org") async throws -> [String] {
        guard let account = state.directory.account(MailAddress(address)!) else { return [] }
        return try await store.read { snapshot in
            guard let mailbox = try snapshot.mailbox("INBOX", of: account.id) else { return [] }
            var texts: [String] = []
            for uid in try snapshot.uids(in: mailbox.id) {
                try snapshot.forEachEntry(in: mailbox.id, uids: uid...uid, summary: false) { entry in
                    try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { texts.append(String(decoding: $0, as: UTF8.self)) }
                    return true
                }
            }
            return texts
        }
    }

    func said() -> [String] {
        journal.withLock { lines in
            defer { lines = [] }
            return lines.map { $0.replacing(folder, with: "DIR") }
        }
    }

    private struct Recorder: LogHandler {
        let world: World
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        init(world: World) { self.world = world }
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let about = event.metadata?["event"].map { "\($0)" } ?? "-"
            world.journal.withLock { $0.append("\(event.level) \(about): \(event.message)") }
        }
    }
}
