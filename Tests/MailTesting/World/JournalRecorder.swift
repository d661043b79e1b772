import Logging
import Synchronization

/// Keeps what a server under test logs, in place of the journal.
final class JournalRecorder: Sendable {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    private let kept = Mutex<[Entry]>([])

    var entries: [Entry] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "postern", factory: { _ in Handler(recorder: self) }) }

    private struct Handler: LogHandler {
        let recorder: JournalRecorder
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
            let entry = Entry(level: event.level, message: "\(event.message)", fields: all.mapValues { "\($0)" })
            recorder.kept.withLock { $0.append(entry) }
        }
    }
}

extension JournalRecorder.Entry {
    /// Whether the demand means this line. New captures are kept only when it does.
    func meets(_ demand: JournalDemand, _ captures: inout [String: [UInt8]]) -> Bool {
        var found = captures
        guard fields["event"] == demand.event else { return false }
        for (name, pattern) in demand.fields.sorted(by: { $0.key < $1.key }) {
            guard let value = fields[name], pattern.matches(Array(value.utf8), &found) else { return false }
        }
        if let pattern = demand.message, !pattern.matches(Array(message.utf8), &found) { return false }
        captures = found
        return true
    }
}
