public import MailCore

/// Setting everything back, and what an earlier time has left for accounts that are made anew.
public struct ResetDesk: Sendable {
    /// Makes it durable that it is to be done, and has the daemon begin anew. `true`: the mail goes, too.
    let order: @Sendable (_ erasesMail: Bool) async throws -> Void
    /// Whether mail of an account of that address was there when everything was set back, and nobody has it again.
    let hasLeftMail: @Sendable (MailAddress) -> Bool
    /// Somebody has it.
    let isTaken: @Sendable (MailAddress) -> Void

    public init(
        order: @escaping @Sendable (Bool) async throws -> Void, hasLeftMail: @escaping @Sendable (MailAddress) -> Bool,
        isTaken: @escaping @Sendable (MailAddress) -> Void
    ) {
        self.order = order
        self.hasLeftMail = hasLeftMail
        self.isTaken = isTaken
    }
}
