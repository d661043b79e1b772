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

    public init(service: String, peer: Peer, tls: TLSFacts?) {
        self.service = service
        self.peer = peer
        self.tls = tls
    }

    /// Those of this moment: STARTTLS changes them.
    public init(of connection: Connection) {
        self.init(service: connection.serviceName, peer: connection.peer, tls: connection.tls)
    }

    /// What SCRAM binds to; `nil` where there is nothing.
    var bindings: ChannelBindings? {
        guard let tls, !tls.endPointBinding.isEmpty || tls.exporterBinding != nil else { return nil }
        return ChannelBindings(endPoint: tls.endPointBinding, exporter: tls.exporterBinding)
    }
}
