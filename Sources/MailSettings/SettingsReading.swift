internal import Synchronization

/// What one source of settings says: a file, or the command line.
struct SettingsLayer: Sendable {
    struct Entry: Sendable {
        var key: String
        var value: WrittenValue
        var origin: SettingOrigin
        /// An empty table `[smtp]`: a name without a value, which is fine when the group exists.
        var isEmptyTable = false
    }

    var entries: [Entry]
    /// What is wrong with the source itself.
    var problems: [SettingsProblem] = []
}

/// One reading of settings: the layers on one side, the groups' declarations on the other.
///
/// While `perform` runs, every `Setting` that is initialised in the task takes its value from here and leaves its declaration
/// here. So a group's properties are the only list of settings there is.
final class SettingsReading: Sendable {
    @TaskLocal static var current: SettingsReading?

    private struct State {
        var declared: [DeclaredSetting] = []
        var problems: [(layer: Int, SettingsProblem)] = []
    }

    private let layers: [SettingsLayer]
    /// Key → (number of the layer, entry), in layer order.
    private let entries: [String: [(layer: Int, entry: SettingsLayer.Entry)]]
    private let state = Mutex(State())

    init(_ layers: [SettingsLayer]) {
        self.layers = layers
        var entries: [String: [(layer: Int, entry: SettingsLayer.Entry)]] = [:]
        for (number, layer) in layers.enumerated() {
            for entry in layer.entries where !entry.isEmptyTable { entries[entry.key, default: []].append((number, entry)) }
        }
        self.entries = entries
    }

    /// Makes the groups, and gives back all declarations. Throws everything that is wrong with the layers.
    func perform<Groups>(
        lookingForContradictions: Bool = true, _ makeGroups: () -> Groups
    ) throws(SettingsError) -> (Groups, [DeclaredSetting]) {
        let groups = Self.$current.withValue(self) { makeGroups() }
        let declared = state.withLock { $0.declared }
        var problems = state.withLock { $0.problems } + unknownKeys(declared)
        for (number, layer) in layers.enumerated() { problems += layer.problems.map { (number, $0) } }
        if problems.isEmpty, lookingForContradictions {
            problems = Contradiction.all.flatMap { $0.find(declared) }.map { (layers.count, $0) }
        }
        guard problems.isEmpty else {
            let sorted = problems.enumerated().sorted {
                ($0.element.layer, $0.element.1.line ?? 0, $0.offset) < ($1.element.layer, $1.element.1.line ?? 0, $1.offset)
            }
            throw SettingsError(sorted.map(\.element.1))
        }
        return (groups, declared)
    }

    /// Called by every `Setting`: the value that holds, the last layer's that says something usable.
    func declare<Value: SettingValue>(
        _ key: String, _ defaultValue: Value, _ rule: SettingRule<Value>, doc: String, takesEffect: TakesEffect
    ) -> Value {
        var value = defaultValue
        var origin = SettingOrigin.default
        var problems: [(layer: Int, SettingsProblem)] = []
        for (layer, entry) in entries[key] ?? [] {
            switch Self.read(entry, rule) {
            case .success(let read):
                value = read
                origin = entry.origin
            case .failure(let refusal):
                let sentence = "\(key) = \(entry.value.shown) \(refusal.complaint); allowed is \(rule.allowed)."
                problems.append((layer, SettingsProblem(at: entry.origin, key: key, sentence)))
            }
        }
        let declared = DeclaredSetting(
            key: key, doc: doc, form: Value.form, allowed: rule.allowed, takesEffect: takesEffect,
            defaultValue: defaultValue.written, defaultText: defaultValue.text, value: value.written, text: value.text,
            origin: origin, claimsPort: rule.claimsPort, isSecret: rule.isSecret)
        state.withLock {
            precondition(!$0.declared.contains { $0.key == key }, "the setting \(key) is declared twice")
            $0.declared.append(declared)
            $0.problems += problems
        }
        return value
    }

    private struct Refusal: Error {
        var complaint: String
    }

    private static func read<Value: SettingValue>(
        _ entry: SettingsLayer.Entry, _ rule: SettingRule<Value>
    ) -> Result<Value, Refusal> {
        var value = Value(written: entry.value)
        if value == nil, entry.origin == .commandLine, case .text(let text) = entry.value { value = Value(text: text) }
        guard let value else { return .failure(Refusal(complaint: complaint(about: entry.value, as: Value.self))) }
        guard rule.permits(value) else { return .failure(Refusal(complaint: rule.complaint)) }
        return .success(value)
    }

    /// Why what is written cannot be a value of the type.
    private static func complaint<Value: SettingValue>(about written: WrittenValue, as type: Value.Type) -> String {
        switch (written, Value.form) {
        case (.text(let text), .boolean), (.text(let text), .integer):
            Value(text: text) != nil ? "must be written without quotes" : "is of the wrong type"
        case (.text, .list): "is of the wrong type"
        case (.text, .choice): "is not allowed"
        case (.text, _): "is not understood"
        default: "is of the wrong type"
        }
    }

    private func unknownKeys(_ declared: [DeclaredSetting]) -> [(layer: Int, SettingsProblem)] {
        let keys = declared.map(\.key)
        let known = Set(keys)
        var problems: [(layer: Int, SettingsProblem)] = []
        for (number, layer) in layers.enumerated() {
            for entry in layer.entries where !known.contains(entry.key) {
                if entry.isEmptyTable, keys.contains(where: { $0.hasPrefix(entry.key + ".") }) { continue }
                let sentence = UnknownKey(entry.key, among: keys).sentence
                problems.append((number, SettingsProblem(at: entry.origin, key: entry.key, sentence)))
            }
        }
        return problems
    }
}
