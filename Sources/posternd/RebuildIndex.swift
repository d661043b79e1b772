internal import Housekeeping
internal import Logging
internal import MailStore
internal import StateStore

/// `posternd --rebuild-index`: makes the mail store's index anew while no daemon runs on it, and says what came of it.
enum RebuildIndex {
    /// Throws when a daemon uses the state folder, or the drive cannot be read or written. Answers the exit status: 0 when nothing
    /// was found damaged.
    static func run(_ options: Invocation.Options) throws -> Int32 {
        let folder = try StateFolder(options.state)
        defer { folder.release() }
        let state = try StateStore(path: folder.stateDatabase, logger: Logger(label: "posternd"))
        defer { state.close() }
        let mail = try state.mailHome()?.folder(standard: folder.mail) ?? folder.mail
        let report = try IndexRebuild.run(folder: mail, logger: Logger(label: "posternd"))
        Terminal.say(
            """
            The index is made anew: \(report.fromCopy) messages from its last copy, \(report.fromPacks) found in the packs beyond \
            it, \(report.recovered) of them now in Recovered. The old index lies beside the new one. Every mailbox has a new \
            UIDVALIDITY, so mail programs fetch their copies again.
            """)
        for finding in report.findings { Terminal.complain(finding) }
        return report.findings.isEmpty ? 0 : 1
    }
}
