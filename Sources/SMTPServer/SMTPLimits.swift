import MailCore
import MailSettings

/// What one message is measured by, taken from the settings once.
struct SMTPLimits {
    /// Octets.
    let size: Int
    /// Octets of the header block.
    let header: Int
    /// A message that comes with so many Received fields goes in circles.
    let received: Int
    let refusesBareNewlines: Bool

    init(_ settings: Settings) {
        size = settings.smtp.maxMessageSize.bytes
        header = settings.smtp.maxHeaderSize.bytes
        received = settings.smtp.maxReceived
        refusesBareNewlines = settings.smtp.bareNewline == .refuse
    }

    /// Octets of a refused message that are read and dropped so that the peer hears why; beyond it the connection is ended.
    var drain: Int { 2 * size + (1 << 20) }
}
