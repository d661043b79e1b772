internal import AdminContract
internal import ArgumentParser

/// `postern trace`
struct TraceCommand: OperationCommand {
    @Argument(help: "A message as queue list and the journal name it, a Message-ID, or an address.") var what: String
    @Option(help: "Most messages, 1 to 100.") var limit = 20
    @Option(help: "Where the last page ended.") var before: String?
    @OptionGroup var common: CommonOptions

    func operation() -> Trace { Trace(what: what, before: before, limit: limit) }

    func text(_ answer: Trace.Answer) -> String {
        let more = answer.next.map { ["There is more: --before \($0)"] } ?? []
        return (answer.messages.map(TraceText.of) + more).joined(separator: "\n\n")
    }
}

/// A message's life for a terminal: facts, then what happened, line by line, then where it is now.
private enum TraceText {
    static func of(_ mail: TracedMail) -> String {
        var facts: [(name: String, value: String)] = [("Message", mail.message)]
        if let id = mail.messageID { facts.append(("Message-ID", id)) }
        if let about = mail.about { facts.append(("Report about", about)) }
        if mail.isTraced {
            facts.append(("From", mail.sender.isEmpty ? "<>" : mail.sender))
            facts.append(("To", list(mail.recipients)))
            if let way = way(mail) { facts.append(("Came", way)) }
        }
        if let size = mail.size { facts.append(("Size", Readable.bytes(size))) }
        let what = mail.about == nil ? "accepted" : "written here"
        var lines = [[mail.arrived, mail.isTraced ? what : "stored", ""]]
        if !mail.accounts.isEmpty { lines.append([mail.arrived, "delivered", "to \(list(mail.accounts))"]) }
        if !mail.elsewhere.isEmpty { lines.append([mail.arrived, "queued", "for \(list(mail.elsewhere))"]) }
        lines += mail.events.map { event in
            let words = [event.status, event.words].compactMap(\.self).joined(separator: " ")
            let said = [event.recipient, event.remote.map { "by \($0)" }, words.isEmpty ? nil : words].compactMap(\.self)
            return [
                event.time, event.event,
                event.event == "told" ? "the sender, in message \(event.words ?? "")" : said.joined(separator: ": "),
            ]
        }
        lines += now(mail)
        return printable("\(TextTable(facts: facts).text)\n\n\(TextTable(lines[0], Array(lines.dropFirst())).text)")
    }

    private static func way(_ mail: TracedMail) -> String? {
        guard let peer = mail.peer else { return nil }
        var way = "from \(mail.helo.map { "\($0) [\(peer)]" } ?? peer)"
        if let transport = mail.transport { way += " by \(transport)" }
        if let cipher = mail.cipher { way += ", \(cipher)" }
        if let submitter = mail.submitter { way += ", logged in as \(submitter)" }
        return way
    }

    private static func now(_ mail: TracedMail) -> [[String]] {
        guard mail.isStored else { return [["now", "gone", "the store has it no more"]] }
        let places = mail.places.map { ["now", "kept", "\($0.mailbox) of \($0.account)"] }
        return places
            + mail.queue.map { row in
                let next = row.nextTry.map { ", tried again in \(Readable.seconds($0))" } ?? ""
                return ["now", row.state, "\(row.recipient)\(row.route.map { " via \($0)" } ?? "")\(next)"]
            }
    }

    private static func list(_ addresses: [String]) -> String {
        addresses.count <= 10
            ? addresses.joined(separator: ", ") : addresses.prefix(10).joined(separator: ", ") + " and \(addresses.count - 10) more"
    }

    /// What others wrote must not drive the terminal.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { scalar in
                    scalar == "\n" || ![.control, .format].contains(scalar.properties.generalCategory)
                }))
    }
}
