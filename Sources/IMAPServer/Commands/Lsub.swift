import IMAPWire
import MailCore

/// `LSUB reference pattern` — what is subscribed, whether it exists or not. RFC 3501 §6.3.9
struct Lsub: IMAPCommand {
    static let rule = CommandRule("LSUB", in: .loggedIn)

    var reference: [UInt8]
    var pattern: [UInt8]

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        reference = try line.astring()
        try line.space()
        pattern = try line.listMailbox()
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        guard let pattern = ListPattern(reference: reference, pattern: pattern) else { return .ok("That is all") }
        var tree = try await session.nameTree()
        tree.choose(\.isSubscribed)
        // RFC 3501 §6.3.9: where % hides what is subscribed below a name, the name is told with \Noselect.
        let tellsParents = self.pattern.contains(UInt8(ascii: "%"))
        for entry in tree.entries where entry.isSubscribed || (tellsParents && entry.hasChosenBelow) {
            guard pattern.matches(entry.name) else { continue }
            var attributes = entry.isSubscribed ? [] : ["\\Noselect"]
            attributes.append(entry.hasChildren ? "\\HasChildren" : "\\HasNoChildren")
            session.write { ListLine(command: "LSUB", attributes: attributes, name: entry.name).write(to: &$0) }
            try await session.relieve()
        }
        return .ok("That is all")
    }
}
