import Authentication
import Certificates
import Connections
import Delivery
import IMAPServer
import Logging
import MailCore
import MailSettings
import MailStore
import NIOCore
import POP3Server
import SMTPServer
import StateStore
import Synchronization

/// The parts of the daemon that mail goes through, wired as the daemon wires them, over a temporary folder and on ports that
/// the system chooses. In a fresh installation the domain is postern.test, and alice, bob and carol have the password postern-demo.
final class TestServer: Sendable {
    static let domain = "postern.test"
    static let password = "postern-demo"
    static let hostname = "mail.postern.test"
    /// One for all servers of the process: an RSA key takes longer to make than a short transcript to play.
    private static let certificate: NamedCertificate = {
        guard let made = try? SelfSigned.make(name: "default", hostName: hostname, at: 1_700_000_000) else {
            preconditionFailure("a certificate for \(hostname) can be made")
        }
        return made
    }()

    let settings: LiveSettings
    let clock = TestClock()
    let journal = JournalRecorder()
    private let folder: TemporaryFolder
    private let running = Mutex<Running?>(nil)
    private let everybodyIsAStranger = Atomic(false)

    /// What there is between a start and a stop.
    private struct Running {
        let state: StateStore
        let store: MailStore
        let hub: ConnectionHub
        var ports: [ServiceName: Int] = [:]
    }

    /// Over a folder that may hold what another server has left.
    init(settings values: [String: String], folder: TemporaryFolder) throws {
        let own = ["login.default-domain": Self.domain]
        settings = LiveSettings(try Settings.defaults.overriding(own.merging(values) { _, given in given }))
        self.folder = folder
    }

    /// Changes a setting as an operator does.
    func set(_ key: String, _ value: String) throws {
        settings.replace(with: try settings.current.overriding([key: value]))
    }

    /// From the next start on, who logs in over loopback is treated like who comes from afar.
    func treatEverybodyAsAStranger() { everybodyIsAStranger.store(true, ordering: .relaxed) }

    func start() async throws {
        let state = try StateStore(path: folder.path + "/state.sqlite", logger: journal.logger)
        let settings = settings
        let configuration = StoreConfiguration(
            freeSpaceFloor: { settings.current.store.freeSpaceFloor }, packSize: .mebibytes(4), readers: 1)
        let store = try MailStore(folder: folder.path, configuration: configuration, logger: journal.logger)
        let hub = ConnectionHub(loops: 1, logger: journal.logger, clock: clock.forConnections)
        running.withLock { $0 = Running(state: state, store: store, hub: hub) }
        let logger = journal.logger
        let areStrangers = everybodyIsAStranger.load(ordering: .relaxed)
        let desk = LoginDesk(
            state: state, settings: settings, logger: logger, now: clock.forConnections.now,
            isLocal: { $0.isLoopback && !areStrangers })
        let encryption = ServerEncryption(
            settings: settings, certificates: { ["default": Self.certificate] }, logger: logger, clock: clock.forConnections)
        let reports = ReportDesk(settings: settings, state: state, store: store, hostname: Self.hostname, logger: logger)
        let smtp = SMTPServices(
            settings: settings, state: state, store: store, desk: desk, reports: reports, hostname: Self.hostname, logger: logger)
        let imap = IMAPServices(settings: settings, state: state, desk: desk, store: store, hostname: Self.hostname, logger: logger)
        let pop3 = POP3Services(settings: settings, state: state, desk: desk, store: store, hostname: Self.hostname, logger: logger)
        let services = [
            ServiceName.smtp: SMTPFace.service(smtp, as: .relay, encryption: encryption.service(.smtp, isImplicit: false)),
            .submission: SMTPFace.service(smtp, as: .submission, encryption: encryption.service(.smtp, isImplicit: false)),
            .smtps: SMTPFace.service(smtp, as: .submissions, encryption: encryption.service(.smtp, isImplicit: true)),
            .imap: IMAPFace.service(imap, encryption: encryption.service(.mailbox, protocols: ["imap"], isImplicit: false)),
            .imaps: IMAPFace.service(imap, encryption: encryption.service(.mailbox, protocols: ["imap"], isImplicit: true)),
            .pop3: POP3Face.service(pop3, encryption: encryption.service(.mailbox, protocols: ["pop3"], isImplicit: false)),
            .pop3s: POP3Face.service(pop3, encryption: encryption.service(.mailbox, protocols: ["pop3"], isImplicit: true)),
        ]
        guard let loopback = IPAddress("127.0.0.1") else { preconditionFailure("127.0.0.1 is an address") }
        for (name, service) in services {
            let port = try await hub.listen(service, on: [.address(loopback, port: 0)]).first?.port
            running.withLock { $0?.ports[name] = port }
        }
    }

    /// As on SIGTERM: sessions are told, then the stores are closed.
    func stop() async {
        guard let running = running.withLock({ $0.take() }) else { return }
        await running.hub.stop(within: .seconds(10))
        await running.store.close()
        running.state.close()
    }

    func port(of service: ServiceName) -> Int? { running.withLock { $0?.ports[service] } }

    // MARK: what an operator does

    func addDomain(_ name: String) async throws {
        guard let domain = Domain(name) else { throw Unusable("\(name) is not a domain") }
        try await open.state.addDomain(domain)
    }

    /// The account as the operator's commands make it: with its standard folders.
    func addAccount(_ name: String, isEnabled: Bool) async throws {
        let address = try address(name)
        var account = try await open.state.addAccount(address: address, password: Array(Self.password.utf8), iterations: 1)
        if !isEnabled { account = try await open.state.setAccount(address, AccountChange(enabled: false)) }
        try await open.store.provision(account.id, address: account.address, folders: settings.current.mailbox.folders)
    }

    func addAlias(_ name: String, targets: [String]) async throws {
        _ = try await open.state.addAlias(try address(name), targets: try targets.map(address))
    }

    // MARK: mail without a protocol

    /// Puts a message into a mailbox, which is made when it is missing.
    func add(_ message: [UInt8], to mailbox: String, of name: String, flags: [String]) async throws {
        let account = try account(name)
        let store = try open.store
        let there = try await store.read { try $0.mailbox(mailbox, of: account.id)?.id }
        let id =
            if let there { there } else { try await store.createMailbox(mailbox, of: account.id, specialUse: nil) }
        let incoming = store.newMessage()
        try await incoming.append(ByteBuffer(bytes: message))
        let system = flags.compactMap { Self.systemFlags[$0.lowercased()] }
        let keywords = flags.filter { !$0.hasPrefix("\\") }
        guard system.count + keywords.count == flags.count else { throw Unusable("a flag is not known") }
        _ = try await store.append(incoming, to: id, flags: Flags(system), keywords: keywords, internalDate: 1_700_000_000)
    }

    /// How many messages there are, and the newest one's octets; `nil` when there is no such mailbox.
    func mailbox(_ name: String, of account: String) async throws -> (messages: Int, newest: [UInt8])? {
        let account = try self.account(account)
        return try await open.store.read { snapshot in
            guard let info = try snapshot.mailbox(name, of: account.id) else { return nil }
            var newest: [UInt8] = []
            if let uid = try snapshot.uids(in: info.id).last {
                try snapshot.forEachEntry(in: info.id, uids: uid...uid, summary: false) { entry in
                    newest = try snapshot.withBytes(of: entry.message, 0..<entry.message.size) { [UInt8]($0) }
                    return false
                }
            }
            return (info.messages, newest)
        }
    }

    private static let systemFlags: [String: Flags] = [
        "\\seen": .seen, "\\answered": .answered, "\\flagged": .flagged, "\\deleted": .deleted, "\\draft": .draft,
    ]

    private var open: Running {
        get throws {
            guard let running = running.withLock({ $0 }) else { throw Unusable("the server is stopped") }
            return running
        }
    }

    private func account(_ name: String) throws -> Account {
        guard let account = try open.state.directory.account(try address(name)) else { throw Unusable("there is no account \(name)") }
        return account
    }

    private func address(_ name: String) throws -> MailAddress {
        guard let address = Alias.address(named: name.contains("@") ? name : "\(name)@\(Self.domain)") else {
            throw Unusable("\(name) is not an address")
        }
        return address
    }

    struct Unusable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
