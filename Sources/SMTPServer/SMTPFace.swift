public import Connections
import MailSettings
import SMTPWire

/// SMTP as services that the hub can listen for.
public enum SMTPFace {
    /// `encryption` says whether TLS comes first, which is the role's matter, too.
    public static func service(_ services: SMTPServices, as role: SMTPRole = .relay, encryption: ServiceEncryption = .never) -> Service {
        let live = services.live
        let limits = ServiceLimits(
            maxConnections: { live.current.smtp.maxConnections },
            maxConnectionsPerAddress: { live.current.smtp.maxConnectionsPerAddress },
            refusal: { "\(Reply(refusing: $0))\r\n" })
        return Service(name: role.rawValue, limits: limits, encryption: encryption) { connection in
            await SMTPSession.serve(connection, as: role, with: services)
        }
    }
}
