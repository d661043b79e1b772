internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import ServiceLifecycle
internal import UnixSignals

/// SIGHUP: reads the settings again. A file that is not right changes nothing.
struct Reloader: Service {
    let file: SettingsFile
    let settings: LiveSettings
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            Notify.reloading()
            reload()
            Notify.ready(Readiness.status)
        }
    }

    private func reload() {
        do throws(SettingsError) {
            settings.replace(with: try file.read())
            logger.info("settings read again from \(file.path)", metadata: ["event": "\(JournalEvent.settingsRead.rawValue)"])
        } catch {
            for sentence in file.sentences {
                logger.error("\(sentence)", metadata: ["event": "\(JournalEvent.settingsRefused.rawValue)"])
            }
        }
    }
}
