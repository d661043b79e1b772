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

extension SettingRule where Value == String {
    /// What an operator calls a certificate. Whether there is one of that name is not the settings' matter.
    static var certificateName: SettingRule {
        .only("the name of a certificate, as postern certificate list shows them") { text in
            (1...128).contains(text.utf8.count)
                && text.utf8.allSatisfy { (97...122).contains($0) || $0.isASCIIDigit || [45, 46, 95].contains($0) }
        }
    }
}
