public import MailCore

/// The commands of a client as octets, without their CRLF. RFC 5321 §4.1
public enum OutgoingCommand {
    /// `parameters`: each with its value; those that the server did not offer are not among them.
    public static func mail(from sender: ReversePath, parameters: [String]) -> String {
        (["MAIL FROM:<\(sender)>"] + parameters).joined(separator: " ")
    }

    public static func recipient(_ address: MailAddress, parameters: [String]) -> String {
        (["RCPT TO:<\(address)>"] + parameters).joined(separator: " ")
    }

    /// What may be said for a parameter, whoever said it to us: printable ASCII without the equals sign; `nil` otherwise. RFC 5321 §4.1.2
    public static func parameter(_ keyword: String, _ value: String) -> String? {
        value.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: "=") } && !value.isEmpty ? "\(keyword)=\(value)" : nil
    }
}
