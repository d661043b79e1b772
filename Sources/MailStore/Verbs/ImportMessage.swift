import MailCore

/// Adds a message from elsewhere and notes in the same commit how far the import has come: after a crash nothing comes twice. It is
/// refused unless the one before it is there: one that was refused never leaves a gap.
struct ImportMessage: StoreVerb {
    let finished: FinishedMessage
    let mailbox: MailboxID
    let flags: Flags
    let keywords: [String]
    /// The import's name, and where the message was in what is imported.
    let note: (name: String, place: String)
    /// Where the one before it was; `nil` for the first.
    let previous: String?

    var message: FinishedMessage? { finished }
    var needsSpace: Bool { true }

    /// Answers which keywords the mailbox has no room for; the message comes without them.
    func execute(in transaction: WriteTransaction) throws(StoreError) -> [String] {
        let noted = try transaction.statement("SELECT value FROM meta WHERE key = 'import ' || ?1")
        noted.bind(1, note.name)
        guard try noted.first({ $0.text(0) }) == previous else { throw .unavailable("an earlier message of the import was refused") }
        let state = try transaction.mailbox(mailbox)
        var room = Flags.maxKeywords - state.keywords.count
        var (fitting, left): ([String], [String]) = ([], [])
        for keyword in keywords {
            if state.keywords.contains(where: { $0.utf8.equalsIgnoringCase(keyword.utf8) }) {
                fitting.append(keyword)
            } else if room > 0 {
                room -= 1
                fitting.append(keyword)
            } else {
                left.append(keyword)
            }
        }
        _ = try Append(finished: finished, mailbox: mailbox, flags: flags, keywords: fitting).execute(in: transaction)
        try NoteImport(name: note.name, place: note.place).execute(in: transaction)
        return left
    }
}

/// Remembers how far an import has come.
struct NoteImport: StoreVerb {
    let name: String
    let place: String

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let keep = try transaction.statement(
            "INSERT INTO meta(key, value) VALUES('import ' || ?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")
        keep.bind(1, name)
        keep.bind(2, place)
        try keep.run()
    }
}

/// Forgets how far an import has come: it will never go on.
struct ForgetImport: StoreVerb {
    let name: String

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let delete = try transaction.statement("DELETE FROM meta WHERE key = 'import ' || ?1")
        delete.bind(1, name)
        try delete.run()
    }
}
