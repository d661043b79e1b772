internal import AdminServer
internal import Certificates
internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import NIOPosix
internal import ServiceLifecycle
internal import StateStore
internal import Synchronization
internal import UnixSignals

/// Holds the certificates that are in force now, follows linked files while it runs, and tells the journal when one nears its end.
///
/// What is imported lies in the state database. What is linked is read from its files, at the start, every ten seconds when they
/// have changed, and at SIGHUP; the daemon's user must be able to read them. A key that only root may read can come through systemd
/// (`CredentialCertificates`): `LoadCredential=mail.chain:/etc/ssl/mail.pem` and `LoadCredential=mail.key:/etc/ssl/private/mail.key` in a
/// drop-in for the unit make the certificate `mail`; systemd copies it when the daemon starts, so that such a renewal needs a restart.
final class CertificateKeeper: ServiceLifecycle.Service {
    typealias Change = @Sendable ([String: NamedCertificate]) -> Void

    /// The name of the one that is always there.
    static let defaultName = "default"
    private static let interval = Duration.seconds(10)

    private let state: StateStore
    private let hostName: String
    /// Where systemd's credentials lie.
    private let credentials: String?
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// One look at a time: the one after it starts from what it has found.
    private let followed = Mutex<[String: FollowedCertificate]>([:])
    private let shown = Mutex(Shown())

    /// What others see between two looks.
    private struct Shown {
        var held: [HeldCertificate] = []
        var inForce: [String: NamedCertificate] = [:]
        var changes: [Change] = []
    }

    /// Makes the certificate `default` when there is none, which is at the first start, and takes a first look at all. Throws when the
    /// state database cannot keep it.
    init(
        state: StateStore, hostName: String = HostName.current, credentials: String? = CredentialCertificates.folder, logger: Logger,
        clock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
    ) async throws {
        self.state = state
        self.hostName = hostName
        self.credentials = credentials
        self.logger = logger
        self.clock = clock
        if state.certificates[Self.defaultName] == nil { try await makeDefault(for: hostName) }
        look(isFirst: true)
    }

    /// The certificates that peers can be shown, by name.
    var inForce: [String: NamedCertificate] { shown.withLock { $0.inForce } }

    /// All named certificates, by name, those among them that could not be read.
    var held: [HeldCertificate] { shown.withLock { $0.held } }

    /// What there is to read: systemd's, and what the operator has named.
    var stored: [StoredCertificate] {
        let given = CredentialCertificates.all(in: credentials)
        let names = Set(given.map(\.name))
        return (given + state.certificates.all.filter { !names.contains($0.name) }).sorted { $0.name < $1.name }
    }

    /// Sentences about what needs somebody's attention.
    var warnings: [String] {
        let now = clock()
        return held.flatMap { $0.warnings(at: now) }
    }

    /// `body` hears of every later change, as long as this object lives, with all that is in force then: on a thread of the keeper's
    /// choice, one change after the other. It must not ask for a look.
    func onChange(_ body: @escaping Change) { shown.withLock { $0.changes.append(body) } }

    /// Looks again: the operator has changed something.
    func refresh() async { await lookElsewhere(rereads: false) }

    /// What the operator's commands need of us.
    var desk: CertificateDesk {
        CertificateDesk(
            stored: { self.stored },
            isGiven: { [credentials] name in CredentialCertificates.all(in: credentials).contains { $0.name == name } },
            held: { self.held }, refresh: { await self.refresh() }, hostName: hostName)
    }

    func run() async throws {
        await withTaskGroup { group in
            group.addTask { await self.followFiles() }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
                    await self.lookElsewhere(rereads: true)
                }
            }
        }
    }

    private func followFiles() async {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { await self.lookElsewhere(rereads: false) }
        }
    }

    /// On a thread that may wait for the disk.
    private func lookElsewhere(rereads: Bool) async {
        // The pool is only shut down with the process.
        try? await NIOThreadPool.singleton.runIfActive { self.look(rereads: rereads) }
    }

    /// Waits for the disk. What the first look finds is no change.
    func look(rereads: Bool = false, isFirst: Bool = false) {
        followed.withLock { followed in
            let now = clock()
            var next: [String: FollowedCertificate] = [:]
            for stored in stored {
                var facts: [FollowedCertificate.Fact] = []
                let isKnown = followed[stored.name] != nil
                var one = followed[stored.name] ?? FollowedCertificate(stored, at: now, facts: &facts)
                if isKnown { one.look(at: stored, rereads: rereads, at: now, facts: &facts) }
                next[stored.name] = one
                for fact in facts where !(isFirst && fact == .changed) { tell(fact, of: one.held, at: now) }
            }
            followed = next
            show(next.values.map(\.held).sorted { $0.name < $1.name })
        }
    }

    private func show(_ held: [HeldCertificate]) {
        let inForce = Dictionary(uniqueKeysWithValues: held.compactMap { one in one.inForce.map { (one.name, $0.certificate) } })
        let (isOther, changes) = shown.withLock { shown in
            defer { (shown.held, shown.inForce) = (held, inForce) }
            return (shown.inForce != inForce, shown.changes)
        }
        if isOther { for change in changes { change(inForce) } }
    }

    private func makeDefault(for hostName: String) async throws {
        let now = clock()
        let made =
            try (try? SelfSigned.make(name: Self.defaultName, hostName: hostName, at: now))
            ?? SelfSigned.make(name: Self.defaultName, hostName: "localhost", at: now)
        try await state.putCertificate(Self.defaultName, .selfSigned, made.pairs.map { .init(chain: $0.chain, key: $0.key) })
        logger.notice(
            "The certificate \(Self.defaultName) is made for \(made.hostNames.joined()), signed by itself.",
            metadata: ["event": "\(JournalEvent.certificateChanged.rawValue)", "certificate": "\(Self.defaultName)"])
    }
}

extension CertificateKeeper {
    /// One line in the journal. No key is in a sentence, and none in what is told of it.
    private func tell(_ fact: FollowedCertificate.Fact, of held: HeldCertificate, at now: Int64) {
        switch fact {
        case .changed:
            logger.notice("\(held.summary)", metadata: Self.metadata(.certificateChanged, held))
        case .refused:
            logger.error("\(held.refusalSentence ?? "")", metadata: Self.metadata(.certificateRefused, held))
        case .expires:
            logger.warning("\(held.endSentence(at: now) ?? "")", metadata: Self.metadata(.certificateExpires, held))
        }
    }

    private static func metadata(_ event: JournalEvent, _ held: HeldCertificate) -> Logger.Metadata {
        ["event": "\(event.rawValue)", "certificate": "\(held.name)"]
    }
}
