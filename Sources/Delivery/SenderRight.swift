public import MailCore
public import StateStore

/// Who may send from which address. RFC 6409 §6.1
public enum SenderRight {
    /// Whether mail to the address reaches the account: its own address, with a tag too, its aliases, the groups that it is in.
    public static func mayUse(_ address: MailAddress, _ account: Account, by resolver: RecipientResolver) -> Bool {
        switch resolver.resolve(address) {
        case .accounts(let accounts), .alsoElsewhere(_, let accounts): accounts.contains { $0.id == account.id }
        case .unknownUser, .notLocal, .loop, .tooManyTargets: false
        }
    }
}
