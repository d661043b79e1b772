import IMAPWire
import MailCore
import MailSettings
import MailStore
import StateStore

/// `CREATE mailbox [(USE (\Drafts))]` — RFC 3501 §6.3.3, RFC 6154 §3
struct Create: IMAPCommand {
    static let rule = CommandRule("CREATE", in: .loggedIn, capabilities: ["CREATE-SPECIAL-USE"])

    var mailbox: [UInt8]
    var use: SpecialUseName?
    /// A use was wished for that we do not know, or more than one.
    var wantsTooMuch = false

    init(parsing line: inout Scanner, byUID: Bool) throws(SyntaxError) {
        try line.space()
        mailbox = try line.astring()
        if line.take(UInt8(ascii: " ")) {
            try line.expect("(USE (")
            if !line.take(UInt8(ascii: ")")) {
                repeat {
                    let name = try SpecialUseName.parse(&line)
                    wantsTooMuch = wantsTooMuch || name == nil || use != nil
                    use = name
                } while line.take(UInt8(ascii: " "))
                try line.expect(UInt8(ascii: ")"))
            }
            try line.expect(UInt8(ascii: ")"))
        }
        try line.expectEnd()
    }

    func perform(in session: inout IMAPSession) async throws -> Completion {
        // RFC 3501 §6.3.3: a separator at the end says that more is to come below it, which needs no preparation here.
        let name = try session.mailboxName(mailbox.last == MailboxName.separator ? mailbox.dropLast() : mailbox)
        guard !name.holdsWildcard else { throw IMAPRefusal.nameNotAllowed }
        let id = session.owner.id
        let mailboxes = try await session.services.store.read { try $0.mailboxes(of: id) }
        guard mailboxes.count < session.settings.imap.maxMailboxes else {
            throw IMAPRefusal.no("There are as many mailboxes as there can be", code: .limit)
        }
        let specialUse = use.flatMap { SpecialUse($0) }
        guard !wantsTooMuch, use == nil || specialUse != nil,
            specialUse == nil || !mailboxes.contains(where: { $0.specialUse == specialUse })
        else { throw IMAPRefusal.no("No mailbox can be made for this use", code: .useAttribute) }
        do {
            _ = try await session.services.store.createMailbox(name.text, of: id, specialUse: specialUse)
        } catch {
            // Nobody has opened this account's mail yet.
            guard error == .noSuchMailbox else { throw error }
            try await session.provideMailboxes()
            _ = try await session.services.store.createMailbox(name.text, of: id, specialUse: specialUse)
        }
        return .ok("The mailbox is made")
    }
}

extension SpecialUse {
    /// \All and \Flagged are views of other mailboxes, which we do not make. RFC 6154 §2
    init?(_ name: SpecialUseName) {
        switch name {
        case .archive: self = .archive
        case .drafts: self = .drafts
        case .junk: self = .junk
        case .sent: self = .sent
        case .trash: self = .trash
        case .all, .flagged: return nil
        }
    }

    /// As an attribute of LIST.
    var name: SpecialUseName {
        switch self {
        case .all: .all
        case .archive: .archive
        case .drafts: .drafts
        case .flagged: .flagged
        case .junk: .junk
        case .sent: .sent
        case .trash: .trash
        }
    }
}
