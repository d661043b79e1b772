public import Connections
public import MailCore
internal import SASL

/// Under which circumstances somebody logs in: what decides which ways are offered, and what the journal says of it.
public struct LoginConditions: Sendable {
    /// The service's name: `imap`, `submission`.
    public let service: String
    public let peer: Peer
    /// `nil` when everybody on the way can read along.
    public let tls: TLSFacts?
    private let tlsBindings: @Sendable () -> TLSBindings?

    /// `tlsBindings` is asked by who needs them, on the connection's event loop.
    public init(service: String, peer: Peer, tls: TLSFacts?, tlsBindings: @escaping @Sendable () -> TLSBindings? = { nil }) {
        self.service = service
        self.peer = peer
        self.tls = tls
        self.tlsBindings = tlsBindings
    }

    /// Those of this moment: STARTTLS changes them.
    public init(of connection: Connection) {
        self.init(service: connection.serviceName, peer: connection.peer, tls: connection.tls) { connection.tlsBindings }
    }

    /// What SCRAM binds to; `nil` in the clear.
    var bindings: ChannelBindings? { tlsBindings().map { ChannelBindings(endPoint: $0.endPoint, exporter: $0.exporter) } }
}
