import MailCore
import MailStore
import StateStore
import Synchronization

/// Takes over mail from a Maildir or an mbox, with flags, dates and folders. How far it has come is noted in the store, in the commits
/// of the messages themselves: after a crash nothing comes twice. The nightly expiry forgets the note.
final class ImportMail: BackgroundTask {
    static let plan = TaskPlan(
        "import", "Takes over mail from a Maildir or an mbox, with its flags, dates and folders.", excludes: ["adopt-store"],
        parameters: ["from", "account", "mailbox"], cancelling: "What came already stays.")

    private let from: String
    private let account: MailAddress
    /// In place of INBOX; for an mbox, where it goes.
    private let mailbox: String
    private let listing = Mutex<Listing?>(nil)

    /// What a box of a Maildir holds, read once.
    private struct Listing: Sendable {
        var box: Int
        var files: [Maildir.File]
        var keywords: [String]
        /// Messages of the boxes before it.
        var before: Int
        var next: Int
    }

    /// So many messages are parsed and committed at once: a few commits' worth, some tens of milliseconds.
    private static let batch = 1000

    init(_ parameters: [String: String]) throws(TaskFailure) {
        guard let from = parameters["from"], from.hasPrefix("/") else {
            throw TaskFailure("Give from=PATH, the absolute path of the mail.")
        }
        guard let account = parameters["account"].flatMap({ MailAddress($0) }) else { throw TaskFailure("Give account=ADDRESS.") }
        guard Maildir.isMaildir(from) || !Maildir.boxes(in: from).isEmpty || Mbox(from) != nil else {
            throw TaskFailure("\(from) is neither a Maildir nor an mbox that can be read.")
        }
        self.from = from
        self.account = account
        mailbox = parameters["mailbox"] ?? "INBOX"
    }

    func step(in context: TaskContext) async throws -> TaskStep {
        guard let owner = context.state.directory.account(account) else { throw TaskFailure("The account \(account) does not exist.") }
        let place =
            try await context.store.importPlace(Self.note(context.id, asked: context.asked)).flatMap { ImportPlace(text: $0) }
            ?? ImportPlace()
        if let mbox = Mbox(from) { return try await step(mbox, place, owner, in: context) }
        let boxes = Maildir.boxes(in: from)
        var known = listing.withLock { $0 }
        if known == nil { known = list(boxes.firstIndex { $0.key >= place.box } ?? boxes.count, of: boxes, behind: place, in: context) }
        let end = Self.outcome(place, in: context) + " into \(boxes.count == 1 ? "1 mailbox" : "\(boxes.count) mailboxes")."
        guard var list = known else { return .done(end) }
        if list.next < list.files.count {
            try await take(boxes[list.box], &list, place, owner, in: context)
            listing.withLock { $0 = list }
        } else if let next = self.list(list.box + 1, of: boxes, behind: place, in: context) {
            listing.withLock { $0 = next }
        } else {
            return .done(end)
        }
        return .goOn
    }

    /// The messages of a box, and which of them is the first that is not there already; `nil` behind the last box.
    private func list(_ number: Int, of boxes: [Maildir.Box], behind place: ImportPlace, in context: TaskContext) -> Listing? {
        let counts = boxes.map(Maildir.count(of:))
        if context.progress.total == nil { context.progress = TaskProgress(total: counts.reduce(0, +), unit: "messages") }
        guard number < boxes.count else { return nil }
        let box = boxes[number]
        let files = Maildir.files(of: box)
        let next = box.key == place.box ? files.firstIndex { $0.place > place.file } ?? files.count : 0
        let (keywords, unusable) = Maildir.keywords(of: box)
        for name in unusable { context.warn("IMAP has no keyword like \"\(name)\"; messages in \(box.name) come without it.") }
        return Listing(box: number, files: files, keywords: keywords, before: counts[..<number].reduce(0, +), next: next)
    }

    /// The next messages of a box, or the next of its files that are left out: what is told of those is kept before the place behind them
    /// is, because a death between the two would lose it.
    private func take(_ box: Maildir.Box, _ list: inout Listing, _ place: ImportPlace, _ owner: Account, in context: TaskContext)
        async throws
    {
        let name = box.name == "INBOX" ? mailbox : (mailbox == "INBOX" ? box.name : "\(mailbox)/\(box.name)")
        var batch: [ImportedMessage] = []
        var bytes = 0
        var leavesOut = false
        while list.next < list.files.count, batch.count < Self.batch, bytes < context.budget {
            let file = list.files[list.next]
            guard var message = Maildir.message(file, keywords: list.keywords) else {
                guard batch.isEmpty else { break }
                leavesOut = true
                let sentence = "\(file.path) cannot be read and is left out."
                if !context.warnings.contains(sentence) { context.warn(sentence) }
                list.next += 1
                continue
            }
            guard !leavesOut else { break }
            list.next += 1
            bytes += message.octets.count
            message.place = ImportPlace(count: place.count + batch.count + 1, box: box.key, file: file.place).text
            batch.append(message)
        }
        do {
            try await put(batch, into: name, owner, in: context)
        } catch StoreError.nameNotAllowed {
            context.warn("\(name) cannot be a mailbox's name here; its messages are left out.")
            list.next = list.files.count
        }
        count(batch, bytes, name, done: list.before + list.next, in: context)
    }

    private func step(_ mbox: Mbox, _ place: ImportPlace, _ owner: Account, in context: TaskContext) async throws -> TaskStep {
        let offset = Int(place.file) ?? 0
        if context.progress.bytesTotal == nil { context.progress = TaskProgress(unit: "messages", bytesTotal: mbox.size) }
        guard var batch = mbox.messages(from: offset, budget: context.budget) else {
            throw TaskFailure("\(from) cannot be read behind octet \(offset); take the message there out of the file, and resume it.")
        }
        guard !batch.isEmpty else { return .done(Self.outcome(place, in: context) + " into \(mailbox).") }
        let end = batch.last.flatMap { Int($0.place) } ?? offset
        for index in batch.indices {
            batch[index].place = ImportPlace(count: place.count + index + 1, box: "", file: batch[index].place).text
        }
        try await put(batch, into: mailbox, owner, in: context)
        count(batch, end - context.progress.bytesDone, mailbox, done: place.count + batch.count, in: context)
        return .goOn
    }

    private func count(_ batch: [ImportedMessage], _ bytes: Int, _ name: String, done: Int, in context: TaskContext) {
        context.note(verbs: batch.count)
        var progress = context.progress
        progress.done = done
        progress.bytesDone += bytes
        progress.item = name
        context.progress = progress
    }

    private static func outcome(_ place: ImportPlace, in context: TaskContext) -> String {
        let left = context.progress.done - place.count
        return "\(place.count) messages are imported" + (left > 0 ? ", \(left) left out (see its warnings)," : "")
    }

    private func put(_ batch: [ImportedMessage], into name: String, _ owner: Account, in context: TaskContext) async throws {
        guard !batch.isEmpty else { return }
        let there = try await context.store.read { try $0.mailbox(name, of: owner.id)?.id }
        let id: MailboxID
        if let there {
            id = there
        } else {
            try await context.store.provision(owner.id, address: owner.address, folders: [name])
            guard let made = try await context.store.read({ try $0.mailbox(name, of: owner.id)?.id }) else {
                throw TaskFailure("The mailbox \(name) cannot be made.")
            }
            id = made
        }
        let recipient = LocalRecipient(account: owner.id, address: owner.address, mailbox: name)
        let left = try await context.store.importMessages(batch, to: id, of: recipient, as: Self.note(context.id, asked: context.asked))
        guard !left.isEmpty else { return }
        context.warn("\(name) has as many keywords as a mailbox can have; left out are \(left.sorted().joined(separator: ", ")).")
    }

    func letGo() async { listing.withLock { $0 = nil } }

    /// Under which name the store notes how far the import has come. A store that is adopted may have notes of its old home's imports.
    static func note(_ id: Int64, asked: Int64) -> String { "\(id) \(asked)" }
}

/// How far an import has come: messages so far, and the last one's mailbox and file, or where an mbox goes on.
struct ImportPlace: Equatable {
    var count = 0
    /// Its key: mailboxes are gone through in the order of their keys.
    var box = ""
    var file = ""

    var text: String { "\(count)\n\(box)\n\(file)" }
}

extension ImportPlace {
    init?(text: String) {
        let parts = text.parts(at: "\n", maxSplits: 2, keepingEmpty: true)
        guard parts.count == 3, let count = Int(parts[0]), count >= 0 else { return nil }
        self.init(count: count, box: String(parts[1]), file: String(parts[2]))
    }
}
