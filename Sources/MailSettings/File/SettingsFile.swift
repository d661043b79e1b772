internal import Synchronization

/// The administrator's settings file with what lies below it (the vendor's presets) and above it (`--set` of this run).
///
/// Reading and changing take a lock, so that two operators never mix their changes; both are short, and block on the disk.
///
/// | the file | at the start | later |
/// |---|---|---|
/// | is right, or not there | holds, and is kept as the last good one | the same |
/// | is broken | the last good one holds instead; without one nothing starts | what was in force stays so |
public final class SettingsFile: Sendable {
    public let path: String
    /// A folder of `*.toml`, read in the order of their names; `nil` for none.
    public let presets: String?
    /// Where the last good file is kept; `nil` where none is.
    public let lastGood: String?
    private let overrides: SettingsLayer
    private let lock = Mutex(State())

    private struct State {
        /// What is wrong with the file, as it was read last.
        var trouble: SettingsError?
        /// The file that holds in its place, when that is so since the start.
        var standIn: String?
        /// Why the last good file could not be kept.
        var notKept: SettingsProblem?
    }

    /// `overrides` are in text form, as on a command line.
    public init(path: String, presets: String? = nil, lastGood: String? = nil, overrides: [(key: String, value: String)] = []) {
        self.path = path
        self.presets = presets
        self.lastGood = lastGood
        self.overrides = SettingsLayer(
            entries: overrides.map { SettingsLayer.Entry(key: $0.key, value: .text($0.value), origin: .commandLine) })
    }

    /// Everything that holds now. A settings file that is not there sets nothing.
    public func read() throws(SettingsError) -> Settings {
        try lock.withLock { state throws(SettingsError) in
            do throws(SettingsError) {
                let bytes = try bytes() ?? []
                let settings = try settings(with: try presetLayers(), bytes)
                keep(bytes, &state)
                return settings
            } catch {
                state.trouble = error
                throw error
            }
        }
    }

    /// For the start: what holds now, or the last good file's word when this one is broken; then `sentences` tells so. Throws what is
    /// wrong when there is no last good file, or it cannot be used either: then a preset, or this run's own options, are broken.
    public func readOrStandIn() throws(SettingsError) -> Settings {
        let trouble: SettingsError
        do throws(SettingsError) {
            return try read()
        } catch {
            trouble = error
        }
        guard let lastGood, let kept = try? FileAccess.read(lastGood) else { throw trouble }
        return try lock.withLock { state throws(SettingsError) in
            guard let settings = try? settings(with: try presetLayers(), kept, from: lastGood) else { throw trouble }
            state.standIn = lastGood
            return settings
        }
    }

    /// What an operator should know: the file's mistakes with their places and what holds instead. None when all is well.
    public var sentences: [String] {
        lock.withLock { state in
            let instead =
                state.standIn.map { "The last good settings, kept in \($0), hold instead." }
                ?? "The settings that were in force stay so."
            let mistakes = state.trouble?.problems.map { "\($0) \(instead)" } ?? []
            return mistakes + (state.notKept.map { [$0.description] } ?? [])
        }
    }

    /// The file is right: it is what a later start with a broken one goes by. A disk that cannot keep it hinders nothing else.
    private func keep(_ bytes: [UInt8], _ state: inout State) {
        state.trouble = nil
        state.standIn = nil
        guard let lastGood else { return }
        do throws(FileAccess.Failure) {
            let old: [UInt8]? = try? FileAccess.read(lastGood)
            if old != bytes { try FileAccess.replace(lastGood, with: bytes) }
            state.notKept = nil
        } catch {
            state.notKept = SettingsProblem(file: lastGood, "the last good settings cannot be kept: \(error.reason).")
        }
    }

    /// Changes the file and gives what holds afterwards. A value equal to what holds without the file is not written but taken
    /// out: the file has only what differs. Nothing is written when the new settings as a whole are not right.
    public func change(_ changes: [SettingChange]) throws(SettingsError) -> ChangedSettings {
        try lock.withLock { state throws(SettingsError) in
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
            keep(text.bytes, &state)
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

    private func settings(
        with presets: [SettingsLayer], _ bytes: [UInt8], from other: String? = nil
    ) throws(SettingsError) -> Settings {
        let path = other ?? path
        let reading = TOMLReading(bytes, path: path) { .file(path: path, line: $0) }
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
