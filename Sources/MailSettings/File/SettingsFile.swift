internal import Synchronization

/// The administrator's settings file with what lies below it (the vendor's presets) and above it (`--set` of this run).
///
/// Reading and changing take a lock, so that two operators never mix their changes; both are short, and block on the disk.
public final class SettingsFile: Sendable {
    public let path: String
    /// A folder of `*.toml`, read in the order of their names; `nil` for none.
    public let presets: String?
    private let overrides: SettingsLayer
    private let lock = Mutex(())

    /// `overrides` are in text form, as on a command line.
    public init(path: String, presets: String? = nil, overrides: [(key: String, value: String)] = []) {
        self.path = path
        self.presets = presets
        self.overrides = SettingsLayer(
            entries: overrides.map { SettingsLayer.Entry(key: $0.key, value: .text($0.value), origin: .commandLine) })
    }

    /// Everything that holds now. A settings file that is not there sets nothing.
    public func read() throws(SettingsError) -> Settings {
        try lock.withLock { _ throws(SettingsError) in try settings(with: try presetLayers(), bytes() ?? []) }
    }

    /// Changes the file and gives what holds afterwards. A value equal to what holds without the file is not written but taken
    /// out: the file has only what differs. Nothing is written when the new settings as a whole are not right.
    public func change(_ changes: [SettingChange]) throws(SettingsError) -> ChangedSettings {
        try lock.withLock { _ throws(SettingsError) in
            let presets = try presetLayers()
            let old = try bytes()
            let before = try settings(with: presets, old ?? [])
            for change in changes { _ = try before.declared(change.key) }
            let wanted = try withoutFile(presets, changes)
            var text = SettingsText(old ?? Array(Self.firstLine.utf8))
            for change in changes {
                switch wanted[change.key] {
                case .some(let value): text.set(change.key, to: value)
                case .none: text.remove(change.key)
                }
            }
            let after = try settings(with: presets, text.bytes)
            try expect(wanted, for: changes, in: text.bytes, after, before)
            if text.bytes != old, old != nil || !wanted.isEmpty {
                do throws(FileAccess.Failure) {
                    try FileAccess.replace(path, with: text.bytes)
                } catch {
                    throw SettingsError(disk: path, "the file cannot be written: \(error.reason).")
                }
            }
            return ChangedSettings(settings: after, keys: changes.map(\.key), before: before)
        }
    }

    static let firstLine = "# What differs from Postern's defaults; see postern.toml(5).\n"

    /// What is to stand in the file for each changed key, in its written form; without an entry: nothing.
    private func withoutFile(
        _ presets: [SettingsLayer], _ changes: [SettingChange]
    ) throws(SettingsError) -> [String: WrittenValue] {
        let entries = changes.compactMap { change in
            change.value.map { SettingsLayer.Entry(key: change.key, value: $0, origin: .commandLine) }
        }
        let below = try SettingsReading(presets).perform(lookingForContradictions: false) { SettingsGroups() }.1
        let above = try SettingsReading(presets + [SettingsLayer(entries: entries)])
            .perform(lookingForContradictions: false) { SettingsGroups() }.1
        var wanted: [String: WrittenValue] = [:]
        for (old, new) in zip(below, above) where new.origin == .commandLine && old.value != new.value { wanted[new.key] = new.value }
        return wanted
    }

    /// The new text must say what was wanted, and nothing else may have changed; a file can be too unusual for our pen.
    private func expect(
        _ wanted: [String: WrittenValue], for changes: [SettingChange], in text: [UInt8], _ after: Settings, _ before: Settings
    ) throws(SettingsError) {
        let changed = Set(changes.map(\.key))
        let others = zip(before.declared, after.declared).allSatisfy { changed.contains($0.key) || $0.value == $1.value }
        let reading = TOMLReading(text, path: path) { [path] in .file(path: path, line: $0) }
        let found = Dictionary(reading.layer.entries.map { ($0.key, $0.value) }) { $1 }
        guard others, changed.allSatisfy({ found[$0] == wanted[$0] }) else {
            throw SettingsError(
                SettingsProblem(file: path, "the file is written in a way that cannot be changed automatically; edit it by hand."))
        }
    }

    private func settings(with presets: [SettingsLayer], _ bytes: [UInt8]) throws(SettingsError) -> Settings {
        let reading = TOMLReading(bytes, path: path) { [path] in .file(path: path, line: $0) }
        return try Settings(reading: presets + [reading.layer, overrides])
    }

    /// `nil` when there is no file.
    private func bytes() throws(SettingsError) -> [UInt8]? {
        do throws(FileAccess.Failure) {
            return try FileAccess.read(path)
        } catch {
            if error.isMissing { return nil }
            throw SettingsError(disk: path, "the file cannot be read: \(error.reason).")
        }
    }

    private func presetLayers() throws(SettingsError) -> [SettingsLayer] {
        guard let presets else { return [] }
        do throws(FileAccess.Failure) {
            var layers: [SettingsLayer] = []
            for name in try FileAccess.names(in: presets, suffix: ".toml") {
                let path = presets + "/" + name
                layers.append(TOMLReading(try FileAccess.read(path), path: path) { .preset(path: path, line: $0) }.layer)
            }
            return layers
        } catch {
            throw SettingsError(disk: presets, "the presets cannot be read: \(error.reason).")
        }
    }
}
