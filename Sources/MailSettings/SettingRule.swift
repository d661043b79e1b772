/// Which values of its type a setting may have.
public struct SettingRule<Value: SettingValue>: Sendable {
    /// What is allowed, for messages: `a whole number from 1 to 65535`.
    let allowed: String
    /// What is said of a value that is not: `is out of range`.
    let complaint: String
    /// The number is a port that we listen on: no two of these may be equal.
    var claimsPort = false
    /// The value is a password: it stands in the file only, in no list, no answer and no journal.
    var isSecret = false
    let permits: @Sendable (Value) -> Bool

    /// Every value of the type.
    public static var any: SettingRule {
        SettingRule(allowed: Value.form.noun + Value.form.example, complaint: "is not allowed") { _ in true }
    }

    /// Values for which `permits` holds; `allowed` names them: `a domain name, or "" for none`.
    public static func only(_ allowed: String, where permits: @escaping @Sendable (Value) -> Bool) -> SettingRule {
        SettingRule(allowed: allowed, complaint: "is not allowed", permits: permits)
    }
}

extension SettingRule where Value: Comparable {
    public static func range(_ range: ClosedRange<Value>) -> SettingRule {
        let limits = " from \(range.lowerBound.text) to \(range.upperBound.text)"
        return SettingRule(allowed: Value.form.noun + limits + Value.form.example, complaint: "is out of range") {
            range.contains($0)
        }
    }
}

extension SettingRule where Value == Int {
    /// A port of another server.
    public static var port: SettingRule { .range(1...65535) }

    /// A port that Postern listens on. Two settings with this rule and the same value are a contradiction.
    public static var servicePort: SettingRule {
        var rule = port
        rule.claimsPort = true
        return rule
    }
}

extension SettingRule where Value == String {
    /// A password or a key of another server.
    public static var secret: SettingRule {
        var rule = any
        rule.isSecret = true
        return rule
    }
}

extension SettingRule where Value == [String] {
    /// Lists whose every item `permits`, none of them twice; `items` names them: `IP addresses`.
    public static func each(
        _ items: String, atMost limit: Int = 100, where permits: @escaping @Sendable (String) -> Bool
    ) -> SettingRule {
        SettingRule(allowed: "a list of \(items), none twice, at most \(limit)", complaint: "is not allowed") { list in
            list.count <= limit && Set(list).count == list.count && list.allSatisfy(permits)
        }
    }
}
