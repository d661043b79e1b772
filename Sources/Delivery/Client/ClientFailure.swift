public import Connections
public import MailCore
public import MailStore
public import SMTPWire

/// A session came to an end that it should not have come to.
public struct ClientFailure: Error, Hashable, Sendable {
    public enum Phase: String, Hashable, Sendable {
        case connect = "connecting"
        case greeting = "waiting for the greeting"
        case hello = "saying EHLO"
        case encryption = "beginning TLS"
        case login = "logging in"
        case mail = "saying MAIL"
        case recipient = "saying RCPT"
        case data = "saying DATA"
        case content = "sending the message"
        case end = "waiting for the answer to the message"
        case farewell = "saying QUIT"
    }

    public enum Cause: Hashable, Sendable {
        case reply(RemoteReply)
        case connection(ConnectionError)
        case connect(ConnectFailure)
        /// The two did not agree on TLS: a sentence without its end.
        case noTLS(String)
        /// There must be TLS here, and there is none, or it proves nothing: a sentence without its end.
        case notSafe(EnhancedStatus, String)
        /// What came is no reply.
        case malformed(ReplyParser.Failure)
        /// The server offers no way to log in that we know.
        case noMechanism
        /// The message could not be read here.
        case ours(String)
    }

    public let phase: Phase
    public let cause: Cause
    /// How the session was encrypted when it ended.
    public var security: SessionSecurity?

    public init(_ phase: Phase, _ cause: Cause) {
        self.phase = phase
        self.cause = cause
    }

    /// We are stopping: nobody is to blame, and nothing was tried.
    public var isStop: Bool { cause == .connection(.stopping) || cause == .connect(.stopping) }

    /// The server had ended the connection, or did so by 421, before it heard of the message: nothing was tried. RFC 5321 §3.8
    public var isEndOfConnection: Bool {
        guard phase == .mail else { return false }
        if case .reply(let reply) = cause { return reply.code == 421 }
        return cause == .connection(.closed)
    }

    /// As it is kept and told: always for now, because another host or another hour may bring another end.
    public func outcome(_ remote: String) -> TryOutcome {
        var outcome = told(remote)
        outcome.security = security
        return outcome
    }

    private func told(_ remote: String) -> TryOutcome {
        let doing = phase.rawValue
        switch cause {
        case .reply(let reply):
            let given = reply.status.map { EnhancedStatus(4, $0.subject, $0.detail) }
            return TryOutcome(status: given ?? EnhancedStatus(4, 4, 2), remote: remote, words: reply.description, isReply: true)
        case .connection(.closed): return .ours(EnhancedStatus(4, 4, 2), remote, "The connection was closed while \(doing).")
        case .connection(.notEncrypted): return .ours(EnhancedStatus(4, 7, 5), remote, "No agreement on TLS was found while \(doing).")
        case .noTLS(let why): return .ours(EnhancedStatus(4, 7, 5), remote, "\(why).")
        case .notSafe(let status, let why): return .ours(status, remote, "\(why); the destination publishes TLSA.")
        case .connection(.deadline): return .ours(EnhancedStatus(4, 4, 2), remote, "The server took too long while \(doing).")
        case .connection(.stopping), .connect(.stopping):
            return .ours(EnhancedStatus(4, 3, 2), remote, "This server was stopped while \(doing).")
        case .connection(.lineTooLong), .malformed(.tooLong):
            return .ours(EnhancedStatus(4, 5, 0), remote, "The server said far too much while \(doing).")
        case .malformed(.malformed): return .ours(EnhancedStatus(4, 5, 0), remote, "The server's answer was no SMTP reply while \(doing).")
        case .connect(let failure): return .ours(EnhancedStatus(4, 4, 1), remote, "No connection: \(failure).")
        case .noMechanism:
            return .ours(
                EnhancedStatus(4, 7, 4), remote, "The server offers no way to log in that is known here, or does not prove itself.")
        case .ours(let why): return .ours(EnhancedStatus(4, 3, 0), remote, "The message could not be read: \(why)")
        }
    }
}

extension TryOutcome {
    /// A sentence of ours.
    static func ours(_ status: EnhancedStatus, _ remote: String, _ words: String) -> TryOutcome {
        TryOutcome(status: status, remote: remote, words: words, isReply: false)
    }

    /// A reply as it came; the status that it did not name is made from its code.
    static func said(_ reply: RemoteReply, by remote: String, kind: UInt8) -> TryOutcome {
        let status = reply.status ?? EnhancedStatus(kind, 0, 0)
        return TryOutcome(
            status: status.class == kind ? status : EnhancedStatus(kind, status.subject, status.detail), remote: remote,
            words: reply.description, isReply: true)
    }
}
