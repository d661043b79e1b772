public import Connections
import MailSettings
import SMTPWire

/// SMTP as a service that the hub can listen for.
public enum SMTPFace {
    public static func service(_ services: SMTPServices) -> Service {
        let live = services.live
        let limits = ServiceLimits(
            maxConnections: { live.current.smtp.maxConnections },
            maxConnectionsPerAddress: { live.current.smtp.maxConnectionsPerAddress },
            refusal: { "\(Reply(refusing: $0))\r\n" })
        return Service(name: "smtp", limits: limits) { connection in
            await SMTPSession.serve(connection, with: services)
        }
    }
}
