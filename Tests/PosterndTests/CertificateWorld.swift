import Certificates
import Foundation
import Logging
import StateStore
import Synchronization

@testable import posternd

/// A folder with a state store and PEM files, a clock that is set by hand, and what the journal got.
final class CertificateWorld: Sendable {
    static let start: Int64 = 1_800_000_000
    static let day: Int64 = 86_400

    let folder: String
    let state: StateStore
    let lines = Mutex<[String]>([])
    private let time = Mutex(start)

    init() throws {
        folder = "/tmp/postern-keeper-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        state = try StateStore(path: folder + "/state.sqlite", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit {
        state.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    var chain: String { folder + "/chain.pem" }
    var key: String { folder + "/key.pem" }

    func keeper(hostName: String = "gw.example.org", credentials: String? = nil) async throws -> CertificateKeeper {
        try await CertificateKeeper(state: state, hostName: hostName, credentials: credentials, logger: logger, clock: { self.now })
    }

    /// A keeper that follows `chain` and `key` as the certificate `x`, with nothing said so far.
    func following() async throws -> CertificateKeeper {
        try write(try Self.pair("one.example"))
        try await state.putCertificate("x", .linked, [.init(chain: chain, key: key)])
        let keeper = try await keeper()
        _ = said()
        return keeper
    }

    static func pair(_ host: String, days: Int = 90, at now: Int64 = start) throws -> KeyPair {
        try SelfSigned.make(name: "x", hostName: host, days: days, at: now).pairs[0]
    }

    func write(_ pair: KeyPair) throws {
        try write(pair.chain, to: chain)
        try write(pair.key, to: key)
    }

    func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws {
        try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        chmod(path, mode)
    }

    /// The journal since it was asked the last time: `level event: sentence`.
    func said() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines.map { $0.replacing(folder, with: "DIR") }
        }
    }

    private var logger: Logger { Logger(label: "test") { _ in Recorder(world: self) } }

    private struct Recorder: LogHandler {
        // The keeper of a world must not keep it alive.
        unowned let world: CertificateWorld
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        init(world: CertificateWorld) { self.world = world }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let about = event.metadata?["event"].map { "\($0)" } ?? "-"
            world.lines.withLock { $0.append("\(event.level) \(about): \(event.message)") }
        }
    }
}
