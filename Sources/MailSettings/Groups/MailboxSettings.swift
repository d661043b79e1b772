internal import MailCore

/// The readers' side: where it listens, and what a new mailbox holds.
public struct MailboxSettings: SettingsGroup {
    public let interfaces = Setting(
        "mailbox.interfaces", [], .interfacesAndAddresses,
        "Interfaces and addresses on which mailboxes are served; an empty list means all.", takesEffect: .live)

    /// F9
    public let certificate = Setting(
        "mailbox.certificate", "default", .certificateName,
        "Certificate that is shown to mail programs by POP3 and IMAP; another one is shown to who asks for one of its hosts (SNI).",
        takesEffect: .live)

    /// F39. Names that RFC 6154 knows a use for get that use.
    public let folders = Setting(
        "mailbox.folders", ["Drafts", "Sent", "Junk", "Trash", "Archive"], .folderNames,
        """
        Folders made in every new mailbox, beside INBOX. The names Drafts, Sent, Junk, Trash and Archive, in any case, are also \
        announced to mail programs as the folders for that use (RFC 6154). Existing mailboxes stay as they are.
        """, takesEffect: .live)

    public init() {}
}

extension SettingRule where Value == [String] {
    /// Names of folders: `/` separates levels of at most 255 bytes; never INBOX, which is there anyway.
    static var folderNames: SettingRule {
        .each("folder names without control characters, empty levels or INBOX", atMost: 50) { name in
            let levels = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            return name.utf8.count <= 1000 && levels.allSatisfy { (1...255).contains($0.count) }
                && !name.unicodeScalars.contains { $0.properties.generalCategory == .control }
                && !levels[0].equalsIgnoringCase("inbox".utf8)
        }
    }
}
