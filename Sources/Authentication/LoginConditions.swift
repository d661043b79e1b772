public import Connections
public import MailCore

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
}
