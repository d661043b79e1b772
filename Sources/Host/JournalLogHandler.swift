internal import Glibc
public import Logging

/// swift-log's way into the journal: native fields when systemd reads our standard error, else one readable line a fact there.
///
/// The metadata keys `event`, `message`, `peer`, `account`, `task` become `POSTERN_EVENT`, `POSTERN_MESSAGE` …; any other key
/// becomes `POSTERN_` and its name in capitals. `journalctl POSTERN_MESSAGE=…` tells a mail's whole life.
public struct JournalLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let program: String
    private let outlet: JournalOutlet
    /// What repeats itself does so in the whole process.
    private static let repetition = JournalRepetition()

    /// `program`: the syslog identifier of its lines.
    public init(program: String, level: Logger.Level = .info) {
        self.init(program: program, level: level, outlet: JournalOutlet.isJournal(STDERR_FILENO) ? .journal : .standardError)
    }

    init(program: String, level: Logger.Level, outlet: JournalOutlet) {
        self.program = program
        logLevel = level
        self.outlet = outlet
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        // Nearly always all of it comes with the event.
        var all = metadata
        for more in [metadataProvider?.get(), event.metadata] {
            guard let more else { continue }
            if all.isEmpty { all = more } else { all.merge(more) { _, new in new } }
        }
        let fact = JournalFact(level: event.level, message: "\(event.message)", error: event.error, metadata: all)
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        for line in Self.repetition.admit(fact, at: now.tv_sec) { outlet.write(line, program: program) }
    }
}
