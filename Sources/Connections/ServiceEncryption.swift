public import MailCore

/// Whether and how a service's connections are encrypted.
public struct ServiceEncryption: Sendable {
    /// The peer's first octets are TLS (RFC 8314 §3), else a command of the protocol asks for it.
    public let isImplicit: Bool
    /// `nil` while TLS cannot be spoken.
    let context: @Sendable () -> TLSContext?
    let handshakeLimit: @Sendable () -> Duration
    /// A handshake came to nothing: why, and with whom.
    let report: @Sendable (_ reason: String, Service, Peer) -> Void

    /// No encryption at all.
    public static let never = ServiceEncryption(isImplicit: false, handshakeLimit: { .zero }, context: { nil })

    public init(
        isImplicit: Bool, handshakeLimit: @escaping @Sendable () -> Duration, context: @escaping @Sendable () -> TLSContext?,
        report: @escaping @Sendable (_ reason: String, Service, Peer) -> Void = { _, _, _ in }
    ) {
        self.isImplicit = isImplicit
        self.handshakeLimit = handshakeLimit
        self.context = context
        self.report = report
    }

    var isOffered: Bool { !isImplicit && context() != nil }
}
