internal import MailCore

/// Rules that several groups use.
extension SettingRule where Value == String {
    /// A domain, or the empty text for none.
    static var domainOrNone: SettingRule {
        .only("a domain name, or \"\" for none") { text in
            text.isEmpty || Domain(text).map { !$0.isLiteral } ?? false
        }
    }
}
