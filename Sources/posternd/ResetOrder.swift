internal import AdminServer
internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import MailStore
internal import StateStore
internal import Synchronization

/// Sets everything back: ordered while the daemon runs, done by the next one before it opens anything. The order is a file with all that
/// must be known, and goes last, so that a reset that was interrupted is done again.
///
/// | what | becomes |
/// |---|---|
/// | settings, and the last good ones | nothing set |
/// | `state.sqlite`: domains, accounts, aliases, routes, certificates, tasks | made anew, with nothing but where the mail is |
/// | mail, queue, letters of this machine | stay, unless they are to go |
/// | whose mail there was | `left-mail`: an account of that address takes it over, and its line goes |
struct ResetOrder {
    private let folder: StateFolder
    private let settings: String
    private let drop: String

    init(_ folder: StateFolder, settings: String, drop: String) {
        self.folder = folder
        self.settings = settings
        self.drop = drop
    }

    private var order: String { folder.path + "/factory-reset" }
    private var leftMail: String { folder.path + "/left-mail" }

    // MARK: while the daemon runs

    /// What the operators' door needs. `begin`: ends the daemon so that it begins anew.
    func desk(_ state: StateStore, _ store: MailStore, begin: @escaping @Sendable () -> Void) -> ResetDesk {
        let left = Mutex<Set<String>>(Set((try? SmallFile.read(leftMail))?.parts(at: "\n").map(String.init) ?? []))
        let (order, leftMail) = (order, leftMail)
        return ResetDesk(
            order: { erasesMail in
                var lines = [erasesMail ? "erase-mail" : "keep-mail"]
                if let home = try state.mailHome() {
                    let next = try state.takeGeneration(atLeast: 0)
                    lines += ["home \(home.path)", "store \(home.store)", "generation \(home.generation)", "next \(next)"]
                }
                lines += state.directory.accounts.map { "account \($0.address)" }
                lines += left.withLock { $0.sorted() }.map { "account \($0)" }
                try SmallFile.replace(order, with: lines.joined(separator: "\n") + "\n")
                begin()
            },
            hasLeftMail: { address in left.withLock { $0.contains("\(address.folded)") } },
            isTaken: { address in
                let rest = left.withLock { left in
                    left.remove("\(address.folded)")
                    return left
                }
                try? SmallFile.replace(leftMail, with: rest.sorted().map { $0 + "\n" }.joined())
            })
    }

    // MARK: before anything is open

    /// Does what was ordered, if anything was. Throws what the disk says: then nothing is started, and the order stays.
    func perform(_ logger: Logger) throws {
        guard let text = try SmallFile.read(order) else { return }
        var values: [String: String] = [:]
        var accounts: [String] = []
        for line in text.parts(at: "\n") {
            let words = line.parts(at: " ", maxSplits: 1).map(String.init)
            if words.count == 2, words[0] == "account" {
                accounts.append(words[1])
            } else {
                values[words[0]] = words.count == 2 ? words[1] : ""
            }
        }
        let erasesMail = values["erase-mail"] != nil
        try SmallFile.remove(settings)
        try SmallFile.remove(folder.lastGoodSettings)
        for suffix in ["", "-wal", "-shm", "-journal"] { try SmallFile.remove(folder.stateDatabase + suffix) }
        if erasesMail {
            try SmallFile.removeTree((home(values)?.path ?? folder.mail) + "/postern-mail")
            for name in DropFolder(drop).letters(limit: .max) { DropFolder(drop).remove(name) }
            try SmallFile.remove(leftMail)
        } else {
            try keepHome(values, logger)
            try SmallFile.replace(leftMail, with: accounts.map { $0 + "\n" }.joined())
        }
        try SmallFile.remove(order)
        logger.notice(
            erasesMail ? "Everything is set back to how it was installed." : "Everything but the mail is set back to how it was installed.",
            metadata: ["event": "\(JournalEvent.factoryReset.rawValue)"])
    }

    private func home(_ values: [String: String]) -> MailHome? {
        guard let path = values["home"], let store = values["store"].flatMap({ AccountID($0) }),
            let generation = values["generation"].flatMap({ Int($0) })
        else { return nil }
        return MailHome(path: path.isEmpty ? folder.mail : path, store: store, generation: generation)
    }

    private func keepHome(_ values: [String: String], _ logger: Logger) throws {
        guard var home = home(values) else { return }
        home.path = values["home"] ?? ""
        let state = try StateStore(path: folder.stateDatabase, logger: logger)
        defer { state.close() }
        try state.setMailHome(home)
        if let next = values["next"].flatMap({ Int($0) }) { _ = try state.takeGeneration(atLeast: next) }
    }
}
