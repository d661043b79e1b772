internal import Connections
internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import Synchronization

/// Sockets that are wanted and cannot be had, with the reasons: told once in the journal, and in the status as long as they last.
final class ListenTroubles: Sendable {
    private let reasons = Mutex<[ListenPlan.Entry: String]>([:])
    private let listeners = Mutex<[@Sendable () -> Void]>([])
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Why the service does not listen where it should; `nil` when it does, as far as we know.
    func reason(for service: String) -> String? {
        reasons.withLock { reasons in reasons.filter { $0.key.service == service }.min { $0.key < $1.key }?.value }
    }

    /// Whoever has the port now may be another than at the last attempt: the reason is always the latest.
    func note(_ error: any Error, _ entry: ListenPlan.Entry) {
        let reason = Self.reason(error, entry)
        let isNews = reasons.withLock { $0.updateValue(reason, forKey: entry) == nil }
        guard isNews else { return }
        logger.error(
            "\(entry.service) cannot listen on \(entry.address): \(reason). It listens there as soon as it can.",
            metadata: ["event": "\(JournalEvent.listenFailed.rawValue)", "service": "\(entry.service)"])
    }

    /// The socket is there.
    func settle(_ entry: ListenPlan.Entry) {
        guard reasons.withLock({ $0.removeValue(forKey: entry) }) != nil else { return }
        for body in listeners.withLock({ $0 }) { body() }
    }

    /// `body` hears of every trouble that has come to a good end.
    func onEnd(_ body: @escaping @Sendable () -> Void) { listeners.withLock { $0.append(body) } }

    /// What is not wanted any more is no trouble.
    func keepOnly(_ wanted: Set<ListenPlan.Entry>) { reasons.withLock { $0 = $0.filter { wanted.contains($0.key) } } }

    private static func reason(_ error: any Error, _ entry: ListenPlan.Entry) -> String {
        guard let error = error as? ListenError else { return "\(error)" }
        guard error.errno == EADDRINUSE, let holder = PortHolder.words(for: entry.address.port) else { return error.reason }
        return "\(error.reason) (\(holder))"
    }
}
