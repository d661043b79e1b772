internal import Glibc
internal import Logging
internal import MailCore
internal import MailSettings

extension Posternd {
    /// The end before the beginning: a sentence for each thing that is wrong.
    static func fail(_ error: any Error) -> Never {
        let event: JournalEvent = error is SettingsError ? .settingsRefused : .stopped
        var sentences = (error as? SettingsError)?.problems.map(\.description) ?? ["\(error)"]
        if error is SettingsError {
            sentences.append(
                """
                Nothing is started: there are no last good settings to go by, and without any the server might listen where it must \
                not. Mend what is named above; posternd --check-settings tells whether it is right.
                """)
        }
        for sentence in sentences { Logger(label: "posternd").critical("\(sentence)", metadata: ["event": "\(event.rawValue)"]) }
        exit(1)
    }
}
