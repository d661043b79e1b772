/// The envelope of a letter that a program on this machine drops (sendmail): who writes to whom, before anybody has judged it.
///
/// As it stands in the file, before the message as the program wrote it:
/// ```
/// postern-drop 1
/// name CronDaemon
/// from root
/// to root
/// to "a b"@example.org
///
/// Subject: …
/// ```
public struct DropEnvelope: Hashable, Sendable {
    /// Nobody for a report. A name without a domain is one of this machine.
    public var sender: DropName?
    /// Never empty when it was read.
    public var recipients: [DropName]
    /// The sender's name for people, for a message that has no From; empty when there is none.
    public var fullName: String

    /// Octets of the largest envelope, and of one line in it.
    public static let largest = 1 << 20
    private static let longestLine = 1000

    public init(sender: DropName?, recipients: [DropName], fullName: String = "") {
        self.sender = sender
        self.recipients = recipients
        self.fullName = fullName
    }

    /// Each once, in the order in which they were named.
    public mutating func add(_ recipient: DropName) {
        if !recipients.contains(recipient) { recipients.append(recipient) }
    }

    public var octets: [UInt8] {
        let name = String(String.UnicodeScalarView(fullName.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(200)))
        var text = "postern-drop 1\n"
        if !name.isEmpty { text += "name \(name)\n" }
        text += "from \(sender.map(\.description) ?? "")\n"
        for recipient in recipients { text += "to \(recipient)\n" }
        return Array((text + "\n").utf8)
    }

    /// Reads one from the beginning of a file; any local program may have written it. Throws when it is none. `length`: its octets, the
    /// empty line with them.
    public static func read(_ octets: [UInt8]) throws(SyntaxError) -> (envelope: DropEnvelope, length: Int) {
        var scanner = Scanner(octets)
        try scanner.expect("postern-drop 1\n")
        var sender: DropName??
        var recipients: [DropName] = []
        var known: Set<DropName> = []
        var fullName = ""
        while !scanner.take(10) {
            let start = scanner.position
            guard let line = scanner.take(through: 10), line.count <= longestLine,
                let text = String(validating: line, as: UTF8.self)
            else { throw SyntaxError(wanted: "a line of the envelope", offset: start) }
            // By octets: a name may begin with a mark that would join the space before it to one character.
            let space = text.utf8.firstIndex(of: UInt8(ascii: " "))
            let value = space.map { text[text.utf8.index(after: $0)...] } ?? ""
            switch text[..<(space ?? text.endIndex)] {
            case "name": fullName = String(value)
            case "from" where sender == nil && value.isEmpty: sender = .some(nil)
            case "from" where sender == nil:
                guard let name = DropName(value) else { throw SyntaxError(wanted: "a sender", offset: start) }
                sender = .some(name)
            case "to":
                guard let name = DropName(value) else { throw SyntaxError(wanted: "a recipient", offset: start) }
                if known.insert(name).inserted { recipients.append(name) }
            default: throw SyntaxError(wanted: "name, from or to", offset: start)
            }
        }
        guard let sender, !recipients.isEmpty else { throw scanner.error(wanted: "a sender and a recipient") }
        return (DropEnvelope(sender: sender, recipients: recipients, fullName: fullName), scanner.position)
    }
}

/// Somebody as a local program names him: by an address, or by a name of this machine alone (`root`).
public enum DropName: Hashable, Sendable, CustomStringConvertible {
    case local(String)
    case address(MailAddress)

    /// `nil` when the text is neither.
    public init?(_ text: some StringProtocol) {
        var scanner = Scanner(String(text))
        guard let localPart = try? scanner.localPart() else { return nil }
        if scanner.atEnd {
            self = .local(localPart)
            return
        }
        guard scanner.take(UInt8(ascii: "@")), let domain = try? scanner.domain(), scanner.atEnd else { return nil }
        self = .address(MailAddress(localPart: localPart, domain: domain))
    }

    /// From a header's parts, which may be anything; `nil` for what no server could deliver.
    public init?(localPart: some Collection<UInt8>, domain: some Collection<UInt8>) {
        guard let name = String(validating: localPart, as: UTF8.self), let host = String(validating: domain, as: UTF8.self),
            let place = Domain("x.example")
        else { return nil }
        let quoted = MailAddress(localPart: name, domain: place).quotedLocalPart
        self.init(host.isEmpty ? quoted : "\(quoted)@\(host)")
    }

    public var localPart: String {
        switch self {
        case .local(let name): name
        case .address(let address): address.localPart
        }
    }

    public var description: String {
        switch self {
        case .address(let address): return address.description
        case .local(let name):
            guard let place = Domain("x.example") else { return name }
            return MailAddress(localPart: name, domain: place).quotedLocalPart
        }
    }
}
