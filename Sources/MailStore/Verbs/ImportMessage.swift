/// Adds a message from elsewhere and notes in the same commit how far the import has come: after a crash nothing comes twice.
struct ImportMessage: StoreVerb {
    let finished: FinishedMessage
    let mailbox: MailboxID
    let flags: Flags
    let keywords: [String]
    /// The import's name, and where the message was in what is imported.
    let note: (name: String, place: String)

    var message: FinishedMessage? { finished }
    var needsSpace: Bool { true }

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        let append = Append(finished: finished, mailbox: mailbox, flags: flags, keywords: keywords)
        _ = try append.execute(in: transaction)
        try NoteImport(name: note.name, place: note.place).execute(in: transaction)
    }
}

/// Remembers how far an import has come; forgets it when there is no place.
struct NoteImport: StoreVerb {
    let name: String
    let place: String?

    func execute(in transaction: WriteTransaction) throws(StoreError) {
        guard let place else {
            let delete = try transaction.statement("DELETE FROM meta WHERE key = 'import ' || ?1")
            delete.bind(1, name)
            try delete.run()
            return
        }
        let keep = try transaction.statement(
            "INSERT INTO meta(key, value) VALUES('import ' || ?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")
        keep.bind(1, name)
        keep.bind(2, place)
        try keep.run()
    }
}
