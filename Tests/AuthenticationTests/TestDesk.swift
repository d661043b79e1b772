import Connections
import Glibc
import Logging
import MailCore
import MailSettings
import Synchronization

@testable import Authentication
@testable import StateStore

/// A desk over a state store of its own, with alice and bob at postern.test, whose password is their name, a clock that goes on when
/// somebody rests, and a journal to look into.
final class TestDesk: Sendable {
    let settings: LiveSettings
    let state: StateStore
    let desk: LoginDesk
    let clock = TestTime()
    let journal = TestJournal()
    private let folder: String

    init(_ values: [String: String] = [:]) async throws {
        var template = Array("/tmp/postern-desk-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StateError.unavailable("no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let own = ["login.default-domain": "postern.test"]
        settings = LiveSettings(try Settings.defaults.overriding(own.merging(values) { _, given in given }))
        state = try StateStore(path: folder + "/state.sqlite", logger: journal.logger)
        desk = LoginDesk(state: state, settings: settings, logger: journal.logger, now: clock.now)
        guard let domain = Domain("postern.test") else { preconditionFailure("postern.test is a domain") }
        try await state.addDomain(domain)
        for name in ["alice", "bob"] {
            let address = MailAddress(localPart: name, domain: domain)
            _ = try await state.addAccount(address: address, password: Array(name.utf8), iterations: 1)
        }
    }

    deinit {
        state.close()
        for name in ["state.sqlite", "state.sqlite-journal"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    /// One session's log-in, from a stranger's address unless another is said.
    func login(from address: String = "192.0.2.7", tls: TLSFacts? = nil) -> Login {
        let conditions = LoginConditions(service: "imap", peer: peer(address), tls: tls) {
            tls == nil ? nil : TLSBindings(endPoint: Array("certificate".utf8), exporter: Array("exported".utf8))
        }
        return Login(at: desk, conditions: { conditions }, rest: { [clock] duration throws(ConnectionError) in clock.advance(duration) })
    }
}

/// Stands still unless it is told to go on; remembers by how much it was.
final class TestTime: Sendable {
    private let state = Mutex((now: Duration.seconds(1000), rests: [Duration]()))

    var now: @Sendable () -> Duration { { self.state.withLock { $0.now } } }
    var rests: [Duration] { state.withLock { $0.rests } }

    func advance(_ duration: Duration) {
        state.withLock {
            $0.now += duration
            $0.rests.append(duration)
        }
    }
}

/// What would be in the journal: the fields, and the sentence as `sentence`.
final class TestJournal: Sendable {
    private let kept = Mutex<[[String: String]]>([])

    var lines: [[String: String]] { kept.withLock { $0 } }
    var logger: Logger { Logger(label: "test", factory: { _ in Handler(journal: self) }) }

    private struct Handler: LogHandler {
        let journal: TestJournal
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            var fields = (event.metadata ?? [:]).mapValues { "\($0)" }
            fields["sentence"] = "\(event.message)"
            journal.kept.withLock { [fields] in $0.append(fields) }
        }
    }
}

func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is an address") }
    return address
}

func peer(_ text: String) -> Peer { Peer(address: address(text), port: 4711) }

let modern = TLSFacts(
    version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384", serverName: nil)
