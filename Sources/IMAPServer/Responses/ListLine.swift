import IMAPWire
import NIOCore

/// `* LIST (attributes) "/" name`. RFC 3501 §7.2.2, RFC 5258 §6
struct ListLine {
    var command: StaticString = "LIST"
    var attributes: [String]
    var name: String
    /// What was asked for and is found below the name. RFC 5258 §3.5
    var childInfo: [String] = []

    func write(to output: inout ByteBuffer) {
        output.writeStaticString("* ")
        output.writeStaticString(command)
        output.writeString(" (\(attributes.joined(separator: " "))) \"/\" ")
        output.writeBytes(MailboxName.wire(of: name))
        if !childInfo.isEmpty {
            output.writeString(" (\"CHILDINFO\" (\(childInfo.map { "\"\($0)\"" }.joined(separator: " "))))")
        }
        output.writeStaticString("\r\n")
    }
}
