internal import MailCore
internal import MailStore

/// What it means to use the mail that lies on another drive in place of the mail used now (F37), said before it is done.
struct AdoptionOutlook {
    let folder: String
    let there: StoreGlance
    let here: [MailAddress: Int]
    /// Who has an account here.
    let accounts: [MailAddress]
    /// A backup of the mail used now is brought back rather than adopted; the way is the same.
    let isBackup: Bool

    /// So many accounts are named one by one.
    private static let mostNamed = 50

    /// A line a fact, and one an account.
    var text: String {
        let what = isBackup ? "A backup of the mail used now" : "Another mail store"
        var lines = [
            "\(what) (\(there.identity.store)) lies in \(folder): \(Self.messages(there.messages)) of \(Self.accounts(there.owners.count)).",
            "Used now: \(Self.messages(here.values.reduce(0, +))) of \(Self.accounts(accounts.count)).",
            """
            With --adopt the mail there is used in place of the mail used now. Nothing is copied and nothing is overwritten: the mail \
            used now stays where it is, and "postern storage undo" goes back to it.
            """,
        ]
        let known = Set(accounts)
        let both = accounts.sorted(by: Self.byName).map { account in
            guard let messages = there.owners[account] else { return "  \(account): no mail there, gets new folders" }
            return "  \(account): \(Self.messages(messages)) there, \(here[account] ?? 0) here"
        }
        let strangers = there.owners.filter { !known.contains($0.key) }.sorted { Self.byName($0.key, $1.key) }.map {
            "  \($0.key): \(Self.messages($0.value)) there, no account here; kept apart"
        }
        let all = strangers + both
        lines += all.prefix(Self.mostNamed)
        if all.count > Self.mostNamed { lines.append("  and \(all.count - Self.mostNamed) more accounts") }
        return lines.joined(separator: "\n")
    }

    private static func byName(_ one: MailAddress, _ other: MailAddress) -> Bool { one.description < other.description }
    private static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
    private static func accounts(_ count: Int) -> String { count == 1 ? "1 account" : "\(count) accounts" }
}
