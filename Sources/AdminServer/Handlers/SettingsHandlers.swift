internal import AdminContract
internal import Logging
internal import MailCore
internal import MailSettings
internal import NIOPosix

/// `settings …`
struct SettingsHandlers: Sendable {
    let services: AdminServices

    func register(in table: inout HandlerTable) {
        table.add(SettingsList.self) { _ in
            SettingsList.Answer(settings: services.settings.current.declared.map(SettingFacts.init))
        }
        table.add(SettingsGet.self) { SettingFacts(try declared($0.key)) }
        table.add(SettingsSet.self) { asked in
            guard !asked.values.isEmpty else { throw AdminRefusal(.invalid, "Name at least one setting.") }
            return try await change(asked.values.sorted { $0.key < $1.key }.map { SettingChange($0.key, $0.value) })
        }
        table.add(SettingsReset.self) { asked in
            guard !asked.keys.isEmpty else { throw AdminRefusal(.invalid, "Name at least one setting.") }
            return try await change(asked.keys.map { SettingChange($0, nil) })
        }
    }

    private func declared(_ key: String) throws -> DeclaredSetting {
        do throws(SettingsError) {
            return try services.settings.current.declared(key)
        } catch {
            throw AdminRefusal(.notFound, error.description)
        }
    }

    /// First the file, then the running daemon. The file is written on a thread that may wait for the disk.
    private func change(_ changes: [SettingChange]) async throws -> SettingsChanged {
        for change in changes { _ = try declared(change.key) }
        let changed = try await NIOThreadPool.singleton.runIfActive { [services] in
            let changed = try services.settingsFile.change(changes)
            services.settings.replace(with: changed.settings)
            return changed
        }
        for (before, after) in changed.changes where before.value != after.value {
            services.logger.notice(
                "\(after.key) changed from \(before.shown.toml) to \(after.shown.toml)",
                metadata: ["event": "\(JournalEvent.settingsChanged.rawValue)"])
        }
        return SettingsChanged(changes: changed.changes.map { SettingsChanged.Change(before: $0.before, after: $0.after) })
    }
}
