public import Certificates
public import Logging
internal import MailCore
public import MailSettings
internal import Synchronization

/// How this server's services speak TLS: follows the settings and the certificates, without a restart and without touching the
/// connections that are there.
public final class ServerEncryption: Sendable {
    /// Which certificate is a service's own (F8, F9).
    public enum Side: Hashable, Sendable { case smtp, mailbox }

    private struct Purpose: Hashable {
        let side: Side
        /// See `TLSConfiguration.protocols`.
        let protocols: [String]
    }

    private struct State {
        var contexts: [Purpose: (configuration: TLSConfiguration, context: TLSContext)] = [:]
        var purposes: Set<Purpose> = []
        var troubles: [String] = []
    }

    private let settings: LiveSettings
    private let certificates: @Sendable () -> [String: NamedCertificate]
    private let reports: RefusalReports
    private let logger: Logger
    private let state = Mutex(State())

    /// `certificates`: those that there are at the moment, by name. After a change of them `refresh()` is called.
    public init(
        settings: LiveSettings, certificates: @escaping @Sendable () -> [String: NamedCertificate], logger: Logger,
        clock: ConnectionClock = .system
    ) {
        self.settings = settings
        self.certificates = certificates
        self.logger = logger
        reports = RefusalReports(logger: logger, clock: clock)
        settings.onChange { [weak self] _ in self?.refresh() }
    }

    /// A service's encryption. With TLS by command (STARTTLS) it is not offered while `encryption.mode` is `off` (F7); implicit TLS
    /// has ports of its own, which are switched by themselves (F10, F11).
    public func service(_ side: Side, protocols: [String] = [], isImplicit: Bool) -> ServiceEncryption {
        let purpose = Purpose(side: side, protocols: protocols)
        state.withLock { _ = $0.purposes.insert(purpose) }
        refresh()
        return ServiceEncryption(
            isImplicit: isImplicit, handshakeLimit: { [settings] in settings.current.tls.handshakeTimeout },
            context: { [self] in
                guard isImplicit || settings.current.encryption.mode != .off else { return nil }
                return state.withLock { $0.contexts[purpose]?.context }
            },
            report: { [reports] reason, service, peer in reports.report(handshake: reason, service: service.name, peer: peer) })
    }

    /// Sentences for the operator: what keeps a service from encrypting as the settings want it.
    public var troubles: [String] { state.withLock { $0.troubles } }

    /// Takes what has changed; what cannot be used leaves the context that was there, and is told once.
    public func refresh() {
        let settings = settings.current
        let certificates = certificates()
        let new = state.withLock { state in
            var troubles: [String] = []
            for purpose in state.purposes {
                guard let wanted = configuration(purpose, settings, certificates, &troubles),
                    state.contexts[purpose]?.configuration != wanted
                else { continue }
                do throws(TLSConfigurationError) {
                    state.contexts[purpose] = (wanted, try TLSContext(wanted))
                } catch {
                    troubles.append("\(error)")
                }
            }
            let told = Set(state.troubles)
            var seen: Set<String> = []
            state.troubles = troubles.filter { seen.insert($0).inserted }
            return state.troubles.filter { !told.contains($0) }
        }
        for trouble in new { logger.error("\(trouble)", metadata: ["event": "\(JournalEvent.encryptionTroubled.rawValue)"]) }
    }

    private func configuration(
        _ purpose: Purpose, _ settings: Settings, _ certificates: [String: NamedCertificate], _ troubles: inout [String]
    ) -> TLSConfiguration? {
        let (key, name) =
            switch purpose.side {
            case .smtp: ("smtp.certificate", settings.smtp.certificate)
            case .mailbox: ("mailbox.certificate", settings.mailbox.certificate)
            }
        if certificates[name] == nil {
            troubles.append("There is no certificate \(name), which \(key) names; import it, or set \(key) to another one.")
        }
        guard let own = certificates[name] ?? certificates["default"] else { return nil }
        let others = certificates.values.filter { $0.name != own.name }.sorted { $0.name < $1.name }
        return TLSConfiguration(
            certificate: own, others: others, minimumVersion: settings.tls.minimumVersion, dhBits: settings.tls.dhBits,
            protocols: purpose.protocols)
    }
}
