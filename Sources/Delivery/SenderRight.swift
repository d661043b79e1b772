public import MailCore
public import StateStore

/// Who may send from which address. RFC 6409 §6.1
public enum SenderRight {
    /// Whether mail to the address reaches the account: its own address, with a tag too, its aliases, the groups that it is in.
    public static func mayUse(_ address: MailAddress, _ account: Account, by resolver: RecipientResolver) -> Bool {
        guard case .accounts(let accounts) = resolver.resolve(address) else { return false }
        return accounts.contains { $0.id == account.id }
    }
}
