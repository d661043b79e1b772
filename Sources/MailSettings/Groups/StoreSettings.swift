public import MailCore

/// The mail store on its drive.
public struct StoreSettings: SettingsGroup {
    public let freeSpaceFloor = Setting(
        "store.free-space-floor", ByteCount.mebibytes(256), .range(.mebibytes(1) ... .gibibytes(1024)),
        "Free space on the mail drive below which no mail is accepted: senders are told to try again later, and reading and deleting "
            + "go on. Mail is accepted again by itself when there is room.",
        takesEffect: .live)

    public init() {}
}
