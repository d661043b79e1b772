import IMAPWire
import MailCore
import MailStore

/// `LIST [(selection)] reference pattern [RETURN (…)]` — RFC 3501 §6.3.8, RFC 5258, RFC 6154 §2, RFC 5819
struct List: IMAPCommand {
    static let rule = CommandRule(
        "LIST", in: .loggedIn, capabilities: ["LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "CHILDREN"])

    var request: ListRequest

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        request = try ListRequest(parsing: &line)
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        if !request.isExtended, request.patterns == [[]] {
            // RFC 3501 §6.3.8: a question for the separator and the root.
            session.write { ListLine(attributes: ["\\Noselect"], name: "").write(to: &$0) }
            return .ok("That is all")
        }
        let patterns = request.patterns.compactMap { ListPattern(reference: request.reference, pattern: $0) }
        var tree = try await session.nameTree()
        if request.selection.contains(.recursiveMatch) { tree.choose(isChosen) }
        for entry in tree.entries where isListed(entry) && patterns.contains(where: { $0.matches(entry.name) }) {
            session.write { output in
                line(for: entry).write(to: &output)
                if let info = entry.info, !request.status.isEmpty { output.writeStatus(of: info, request.status) }
            }
            try await session.relieve()
        }
        return .ok("That is all")
    }

    /// Whether an entry is of the kind that the selection options ask for; all of them must agree. RFC 5258 §3.1
    private func isChosen(_ entry: NameTree.Entry) -> Bool {
        if request.selection.contains(.subscribed), !entry.isSubscribed { return false }
        if request.selection.contains(.specialUse), entry.info?.specialUse == nil { return false }
        // A subscription alone makes no mailbox; one above another is told of.
        return request.selection.contains(.subscribed) || entry.info != nil || entry.hasChildren
    }

    private func isListed(_ entry: NameTree.Entry) -> Bool {
        isChosen(entry) || (request.selection.contains(.recursiveMatch) && entry.hasChosenBelow)
    }

    private func line(for entry: NameTree.Entry) -> ListLine {
        var attributes: [String] = []
        // RFC 5258 §3: \NonExistent says more than \Noselect, which older clients know.
        if entry.info == nil { attributes.append(request.isExtended ? "\\NonExistent" : "\\Noselect") }
        attributes.append(entry.hasChildren ? "\\HasChildren" : "\\HasNoChildren")
        if entry.isSubscribed, request.selection.contains(.subscribed) || request.returning.contains(.subscribed) {
            attributes.append("\\Subscribed")
        }
        if let use = entry.info?.specialUse { attributes.append(use.name.rawValue) }
        var line = ListLine(attributes: attributes, name: entry.name)
        if request.selection.contains(.recursiveMatch), entry.hasChosenBelow {
            if request.selection.contains(.subscribed) { line.childInfo.append("SUBSCRIBED") }
            if request.selection.contains(.specialUse) { line.childInfo.append("SPECIAL-USE") }
        }
        return line
    }
}
