internal import MailCore

/// What a server offers in its answer to EHLO. RFC 5321 §4.1.1.1
public struct Offers: Hashable, Sendable {
    public var pipelining = false
    public var eightBitMIME = false
    public var smtpUTF8 = false
    public var chunking = false
    public var startTLS = false
    public var deliveryReports = false
    public var enhancedStatus = false
    /// The SIZE extension is there.
    public var size = false
    /// The largest message; `nil` when it is not said, or 0 was. RFC 1870 §4
    public var largest: Int?
    /// Mechanisms in capitals.
    public var mechanisms: Set<String> = []

    public init() {}

    /// The first line is the server's name.
    public init(_ reply: RemoteReply) {
        for line in reply.lines.dropFirst() { read(line) }
    }

    private mutating func read(_ line: String) {
        // `AUTH=LOGIN` is how some old servers say it.
        let words = line.utf8.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "=") }
        guard let first = words.first else { return }
        let keyword = String(decoding: first.map(\.asciiUppercased), as: UTF8.self)
        switch keyword {
        case "PIPELINING": pipelining = true
        case "8BITMIME": eightBitMIME = true
        case "SMTPUTF8": smtpUTF8 = true
        case "CHUNKING": chunking = true
        case "STARTTLS": startTLS = true
        case "DSN": deliveryReports = true
        case "ENHANCEDSTATUSCODES": enhancedStatus = true
        case "AUTH": mechanisms.formUnion(words.dropFirst().prefix(50).map { String(decoding: $0.map(\.asciiUppercased), as: UTF8.self) })
        case "SIZE":
            size = true
            if let digits = words.dropFirst().first, digits.count <= 18, digits.allSatisfy(\.isASCIIDigit),
                case let number = digits.reduce(0, { $0 * 10 + Int($1) - 48 }), number > 0
            {
                largest = number
            }
        default: break
        }
    }
}
