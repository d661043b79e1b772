/// What holds for all accounts.
public struct AccountsSettings: SettingsGroup {
    public let delimiter = Setting(
        "accounts.delimiter", "+", .delimiter,
        "Character that parts a tag from a local part: mail for alice+shop reaches alice. Empty means that there are no tags.",
        takesEffect: .live)

    /// RFC 7677 §4 asks for at least 4,096. 16,384 rounds cost about 6 ms of one core at a log-in that is not remembered.
    public let passwordIterations = Setting(
        "accounts.password-iterations", 16_384, .range(4_096...1_000_000),
        "Rounds of PBKDF2 in the SCRAM-SHA-256 verifier of a password that is set from now on. More rounds make a stolen verifier "
            + "harder to try out, and every first log-in slower.",
        takesEffect: .live)

    public init() {}
}

extension SettingRule where Value == String {
    /// One character that may stand in a local part without quotes, and is no letter or digit.
    static var delimiter: SettingRule {
        .only("one of + - _ = # ~ ! or \"\" for none") { text in
            text.isEmpty || text.utf8.count == 1 && text.utf8.allSatisfy { "+-_=#~!".utf8.contains($0) }
        }
    }
}
