/// Something that no single setting can get wrong, only several together. Looked for when every value by itself is right.
struct Contradiction: Sendable {
    /// Finds it in a whole snapshot.
    let find: @Sendable ([DeclaredSetting]) -> [SettingsProblem]

    static let all = [twoServicesOnOnePort]

    /// Told at the one that was set last: there the person looks first.
    static let twoServicesOnOnePort = Contradiction { declared in
        var problems: [SettingsProblem] = []
        let ports = declared.filter(\.claimsPort)
        for (number, setting) in ports.enumerated() {
            guard let other = ports[..<number].first(where: { $0.value == setting.value }) else { continue }
            let (told, named) = setting.origin == .default ? (other, setting) : (setting, other)
            problems.append(
                SettingsProblem(
                    at: told.origin, key: told.key,
                    "\(told.key) = \(told.text) is also the value of \(named.key) (\(named.origin)); each service needs a port of its own.")
            )
        }
        return problems
    }
}
