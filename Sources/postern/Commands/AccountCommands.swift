internal import AdminContract
internal import ArgumentParser

/// `postern account`
struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Shows and changes accounts.",
        subcommands: [Add.self, List.self, Show.self, Set.self, Remove.self])

    struct Add: OperationCommand {
        @Argument(help: "The address, such as alice@example.org.") var address: String
        @OptionGroup var password: PasswordOptions
        @Option(help: "What stands beside the address in lists.") var displayName: String?
        @Option(help: "How much mail it may keep, such as 10GiB.") var quota: String?
        @OptionGroup var common: CommonOptions

        func operation() throws -> AccountAdd {
            AccountAdd(address: address, password: try password.read(for: address), displayName: displayName, quota: quota)
        }

        func text(_ answer: AccountFacts) -> String {
            ["Account \(answer.address) is added.", answer.warning].compactMap { $0 }.joined(separator: "\n")
        }
    }

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> AccountList { AccountList() }
        func text(_ answer: AccountList.Answer) -> String {
            TextTable(
                ["ACCOUNT", "NAME", "QUOTA", "STATE"],
                answer.accounts.map { [$0.address, $0.displayName, $0.quota ?? "-", $0.enabled ? "enabled" : "disabled"] }
            ).text
        }
    }

    struct Show: OperationCommand {
        @Argument(help: "The account's address.") var address: String
        @OptionGroup var common: CommonOptions

        func operation() -> AccountShow { AccountShow(address: address) }
        func text(_ answer: AccountFacts) -> String { answer.text }
    }

    enum Login: String, EnumerableFlag { case enable, disable }

    struct Set: OperationCommand {
        @Argument(help: "The account's address.") var address: String
        @Flag(name: .customLong("new-password"), help: "Ask for a new password.") var asksForPassword = false
        @OptionGroup var password: PasswordOptions
        @Option(help: "What stands beside the address in lists.") var displayName: String?
        @Option(help: "How much mail it may keep, such as 10GiB; none for no limit.") var quota: String?
        @Flag(help: "Whether it may log in; mail comes in all the same.") var login: Login?
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard asksForPassword || password.isGiven || displayName != nil || quota != nil || login != nil else {
                throw ValidationError("Name something to change; see --help.")
            }
        }

        func operation() throws -> AccountSet {
            AccountSet(
                address: address, password: asksForPassword || password.isGiven ? try password.read(for: address) : nil,
                displayName: displayName, enabled: login.map { $0 == .enable }, quota: quota)
        }

        func text(_ answer: AccountFacts) -> String { answer.text }
    }

    struct Remove: OperationCommand {
        @Argument(help: "The account's address; or the id of an account that is gone, to delete the mail that it left.")
        var address: String
        @Flag(help: "Delete its mail too, for ever. Without this its mail is kept.") var deleteMail = false
        @OptionGroup var common: CommonOptions

        func operation() -> AccountRemove { AccountRemove(address: address, deleteMail: deleteMail) }
        func text(_ answer: AccountRemove.Answer) -> String {
            if answer.address.isEmpty { return "The mail that the account \(answer.id) left is deleted." }
            return answer.mailDeleted
                ? "Account \(answer.address) and its mail are removed."
                : """
                Account \(answer.address) is removed, its mail is kept.
                To delete that: postern account remove --delete-mail \(answer.id)
                """
        }
    }
}

extension AccountFacts {
    fileprivate var text: String {
        let facts = TextTable(facts: [
            ("Account", address), ("Name", displayName.isEmpty ? "-" : displayName), ("Id", id),
            ("State", enabled ? "enabled" : "disabled: it cannot log in"), ("Quota", quota ?? "none"), ("Created", created),
        ])
        guard let mailboxes else { return facts.text }
        let rows = mailboxes.map { [$0.name, String($0.messages), String($0.unseen), Readable.bytes($0.bytes)] }
        return facts.text + "\n\n" + TextTable(["MAILBOX", "MESSAGES", "UNSEEN", "SIZE"], rows).text
    }
}
