import MailCore
import MailStore
import StateStore
import Synchronization

/// Takes over mail from a Maildir or an mbox, with flags, dates and folders. How far it has come is noted in the store with the
/// messages themselves: after a crash nothing comes twice.
final class ImportMail: BackgroundTask {
    static let plan = TaskPlan(
        "import", "Takes over mail from a Maildir or an mbox, with its flags, dates and folders.", excludes: ["adopt-store"],
        parameters: ["from", "account", "mailbox"], cancelling: "What came already stays.")

    private let from: String
    private let account: MailAddress
    /// In place of INBOX; for an mbox, where it goes.
    private let mailbox: String
    private let listing = Mutex<Listing?>(nil)

    /// What a box holds, read once.
    private struct Listing: Sendable {
        var box: Int
        var files: [Maildir.File]
        var keywords: [String]
        var next = 0
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
        if let mbox = Mbox(from) { return try await step(mbox, owner, in: context) }
        let boxes = Maildir.boxes(in: from)
        let number = context[cursor: "box"].flatMap { Int($0) } ?? 0
        guard number < boxes.count else { return .done("\(context.progress.done) messages are imported into \(boxes.count) mailboxes.") }
        let box = boxes[number]
        let name = box.name == "INBOX" ? mailbox : (mailbox == "INBOX" ? box.name : "\(mailbox)/\(box.name)")
        let noted = "\(context.id)/\(number)"
        var listed = listing.withLock { $0 }
        if listed?.box != number { listed = try await list(box, number, noted, boxes, in: context) }
        guard var list = listed, list.next < list.files.count else {
            try await context.store.forgetImport(noted)
            context[cursor: "box"] = String(number + 1)
            return .goOn
        }
        var batch: [ImportedMessage] = []
        var bytes = 0
        var end = list.next
        while end < list.files.count, batch.count < Self.batch, bytes < context.budget {
            let file = list.files[end]
            end += 1
            if let message = Maildir.message(file, keywords: list.keywords) {
                bytes += message.octets.count
                batch.append(message)
            } else {
                context.warn("\(file.path) cannot be read and is left out.")
            }
        }
        try await take(batch, to: name, owner, noted, in: context)
        count(batch, bytes, name, in: context)
        list.next = end
        listing.withLock { $0 = list }
        return .goOn
    }

    /// The box's messages behind those that are there already.
    private func list(_ box: Maildir.Box, _ number: Int, _ noted: String, _ boxes: [Maildir.Box], in context: TaskContext)
        async throws -> Listing
    {
        if context.progress.total == nil {
            let all = boxes.reduce(0) {
                $0 + (FileReading.names(in: $1.path + "/cur")?.count ?? 0) + (FileReading.names(in: $1.path + "/new")?.count ?? 0)
            }
            context.progress = TaskProgress(total: all, unit: "messages")
        }
        var files = Maildir.files(of: box)
        if let place = try await context.store.importPlace(noted) { files = files.filter { $0.place > place } }
        return Listing(box: number, files: files, keywords: Maildir.keywords(of: box))
    }

    private func step(_ mbox: Mbox, _ owner: Account, in context: TaskContext) async throws -> TaskStep {
        let noted = "\(context.id)/0"
        let offset = try await context.store.importPlace(noted).flatMap { Int($0) } ?? 0
        if context.progress.bytesTotal == nil { context.progress = TaskProgress(unit: "messages", bytesTotal: mbox.size) }
        guard let batch = mbox.messages(from: offset, budget: context.budget) else {
            throw TaskFailure("\(from) cannot be read behind octet \(offset).")
        }
        guard !batch.isEmpty else {
            try await context.store.forgetImport(noted)
            return .done("\(context.progress.done) messages are imported into \(mailbox).")
        }
        try await take(batch, to: mailbox, owner, noted, in: context)
        let end = batch.last.flatMap { Int($0.place) } ?? offset
        count(batch, end - offset, mailbox, in: context)
        return .goOn
    }

    private func count(_ batch: [ImportedMessage], _ bytes: Int, _ name: String, in context: TaskContext) {
        context.note(verbs: batch.count)
        var progress = context.progress
        progress.done += batch.count
        progress.bytesDone += bytes
        progress.item = name
        context.progress = progress
    }

    private func take(_ batch: [ImportedMessage], to name: String, _ owner: Account, _ noted: String, in context: TaskContext) async throws
    {
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
        try await context.store.importMessages(batch, to: id, of: recipient, as: noted)
    }

    func letGo() async { listing.withLock { $0 = nil } }
}
