import Glibc
public import Host
import Logging
import MailCore
import MailSettings
import MailStore
import StateStore
import Synchronization

/// Takes in what programs of this machine drop, at the start and as soon as it comes. A letter leaves the folder only when everything
/// that it asks for is durable elsewhere.
///
/// | a letter | becomes |
/// |---|---|
/// | whose recipients all lead somewhere | mail, in one commit |
/// | of which some lead nowhere yet (root has no mailbox) | mail to the others; it stays for these, and is looked at again |
/// | of which some do not exist | mail to the others, and a report to who wrote it |
/// | that the store cannot take now | nothing yet: it stays |
/// | that is none (a link, a pipe, a foul envelope) | a line in the journal |
public final class LetterBox: Sendable {
    private let folder: DropFolder
    private let services: IntakeServices
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        /// Name of the letter → for whom it waits; nobody: it is done, and the disk has not let it go.
        var letters: [String: [DropName]] = [:]
        var isTold = false
        /// Why the folder is of no use.
        var trouble: String?
    }

    /// How often everything is looked at, for what the watch missed and what waits.
    private static let interval = Duration.seconds(5)
    /// Letters of one look; the next one takes more.
    private static let most = 100_000

    public init(_ folder: DropFolder, _ services: IntakeServices) {
        self.folder = folder
        self.services = services
    }

    /// What an operator should know.
    public var sentences: [String] {
        waiting.withLock { waiting in
            let count = waiting.letters.count { !$0.value.isEmpty }
            let wait =
                count == 0
                ? []
                : [
                    """
                    \(count) \(count == 1 ? "letter of this machine waits" : "letters of this machine wait"): root has no mailbox. \
                    Say where its mail goes with "postern alias add root@DOMAIN ADDRESS".
                    """
                ]
            return wait + (waiting.trouble.map { [$0] } ?? [])
        }
    }

    /// Until the task is cancelled.
    public func run() async {
        guard folder.make() else {
            let sentence = "There is no folder \(folder.path): what programs of this machine send with sendmail is refused."
            waiting.withLock { $0.trouble = sentence }
            services.logger.error("\(sentence)", metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
            return
        }
        await withTaskGroup { group in
            let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            turn.yield()
            group.addTask { [folder] in for await _ in FolderWatch.arrivals(in: folder.path) { turn.yield() } }
            group.addTask {
                while (try? await Task.sleep(for: Self.interval)) != nil { turn.yield() }
                turn.finish()
            }
            for await _ in turns { await look() }
            group.cancelAll()
        }
    }

    /// Takes in whatever can be taken in now.
    func look() async {
        let names = folder.letters(limit: Self.most)
        let present = Set(names)
        let known = waiting.withLock { waiting in
            waiting.letters = waiting.letters.filter { present.contains($0.key) }
            return waiting.letters
        }
        let current = services.names
        for name in names {
            let rest = known[name]
            if rest == [] { folder.remove(name) }
            // Whoever waits is only tried again when he leads somewhere.
            if let rest, rest.allSatisfy({ current.way(to: $0) == .waits }) { continue }
            if services.store.health.refusal != nil { break }
            do {
                let still = try await Intake(services, folder).take(name, only: rest)
                waiting.withLock { $0.letters[name] = still }
            } catch {
                services.logger.error(
                    "A letter of this machine cannot be taken in now: \(error)",
                    metadata: ["event": "\(JournalEvent.worldFailed.rawValue)", "letter": "\(name)"])
            }
        }
        tell()
    }

    /// Once, until nothing waits any more.
    private func tell() {
        let isNew = waiting.withLock { waiting -> Bool in
            let waits = waiting.letters.contains { !$0.value.isEmpty }
            defer { waiting.isTold = waits }
            return waits && !waiting.isTold
        }
        guard isNew, let first = sentences.first else { return }
        services.logger.warning("\(first)", metadata: ["event": "\(JournalEvent.messageHeld.rawValue)"])
    }
}
