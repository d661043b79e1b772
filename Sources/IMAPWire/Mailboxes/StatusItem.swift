public import MailCore

/// What STATUS can be asked for. RFC 3501 §6.3.10
public enum StatusItem: String, Hashable, Sendable, CaseIterable {
    case messages = "MESSAGES"
    case recent = "RECENT"
    case uidNext = "UIDNEXT"
    case uidValidity = "UIDVALIDITY"
    case unseen = "UNSEEN"

    public init(parsing line: inout Scanner) throws(SyntaxError) {
        let start = line.position
        let name = try line.atom()
        guard let item = Self.allCases.first(where: { name.equalsIgnoringCase($0.rawValue.utf8) }) else {
            throw SyntaxError(wanted: "a STATUS item", offset: start)
        }
        self = item
    }
}

extension Scanner {
    /// `"(" status-att *(SP status-att) ")"`, each told once.
    public mutating func statusItems() throws(SyntaxError) -> [StatusItem] {
        try expect(UInt8(ascii: "("))
        var items: [StatusItem] = []
        repeat {
            let item = try StatusItem(parsing: &self)
            if !items.contains(item) { items.append(item) }
        } while take(UInt8(ascii: " "))
        try expect(UInt8(ascii: ")"))
        return items
    }
}
