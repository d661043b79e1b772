/// All groups of settings; a new group is one line here.
public final class SettingsGroups: Sendable {
    public let smtp = SettingsSection<SMTPSettings>()
    public let submission = SettingsSection<SubmissionSettings>()
    public let smtps = SettingsSection<SMTPSSettings>()
    public let imap = SettingsSection<IMAPSettings>()
    public let imaps = SettingsSection<IMAPSSettings>()
    public let pop3 = SettingsSection<POP3Settings>()
    public let pop3s = SettingsSection<POP3SSettings>()
    public let mailbox = SettingsSection<MailboxSettings>()
    public let encryption = SettingsSection<EncryptionSettings>()
    public let tls = SettingsSection<TLSSettings>()
    public let login = SettingsSection<LoginSettings>()
    public let accounts = SettingsSection<AccountsSettings>()
    public let store = SettingsSection<StoreSettings>()
    public let network = SettingsSection<NetworkSettings>()
    public let firewall = SettingsSection<FirewallSettings>()
    public let queue = SettingsSection<QueueSettings>()
    public let relay = SettingsSection<RelaySettings>()
    public let sending = SettingsSection<SendingSettings>()
    public let dns = SettingsSection<DNSSettings>()
    public let trace = SettingsSection<TraceSettings>()
}

/// One group's values in one snapshot: `section.maxMessageSize` is a `ByteCount`, read straight from the stored property.
@dynamicMemberLookup
public final class SettingsSection<Group: SettingsGroup>: Sendable {
    @usableFromInline let group: Group

    init() { group = Group() }

    @inlinable public subscript<Value>(dynamicMember path: KeyPath<Group, Setting<Value>>) -> Value {
        group[keyPath: path].value
    }
}

/// An immutable snapshot of all settings: `settings.smtp.maxMessageSize`. One reference to copy, no lock and no look-up to read.
@dynamicMemberLookup
public struct Settings: Sendable {
    @usableFromInline final class Contents: Sendable {
        @usableFromInline let groups: SettingsGroups
        let declared: [DeclaredSetting]
        let layers: [SettingsLayer]

        init(_ groups: SettingsGroups, _ declared: [DeclaredSetting], _ layers: [SettingsLayer]) {
            self.groups = groups
            self.declared = declared
            self.layers = layers
        }
    }

    @usableFromInline let contents: Contents

    /// Nothing is set.
    public static let defaults: Settings = {
        do throws(SettingsError) {
            return try Settings(reading: [])
        } catch {
            preconditionFailure("the defaults contradict each other: \(error)")
        }
    }()

    /// Every setting there is, in the order of the groups.
    public static var all: [DeclaredSetting] { defaults.declared }

    init(reading layers: [SettingsLayer]) throws(SettingsError) {
        let (groups, declared) = try SettingsReading(layers).perform { SettingsGroups() }
        contents = Contents(groups, declared, layers)
    }

    @inlinable
    public subscript<Group>(
        dynamicMember path: KeyPath<SettingsGroups, SettingsSection<Group>>
    ) -> SettingsSection<Group> {
        contents.groups[keyPath: path]
    }

    /// Every setting with its value here and where that comes from.
    public var declared: [DeclaredSetting] { contents.declared }

    /// One of them, or the sentence that says what was probably meant.
    public func declared(_ key: String) throws(SettingsError) -> DeclaredSetting {
        guard let found = declared.first(where: { $0.key == key }) else {
            throw SettingsError(SettingsProblem(key: key, UnknownKey(key, among: declared.map(\.key)).sentence))
        }
        return found
    }

    /// These settings with others on top, in text form, as on a command line (`--set KEY=VALUE`).
    public func overriding(_ values: [String: String]) throws(SettingsError) -> Settings {
        let entries = values.sorted { $0.key < $1.key }.map {
            SettingsLayer.Entry(key: $0.key, value: .text($0.value), origin: .commandLine)
        }
        return try Settings(reading: contents.layers + [SettingsLayer(entries: entries)])
    }
}
