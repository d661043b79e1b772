internal import AdminContract
internal import ArgumentParser
internal import Glibc

/// Follows a task to its end: in a terminal a bar with rate and remaining time, in a pipe a line whenever something has changed.
struct TaskWatch {
    let client: AdminClient

    /// Twice a second is what an eye follows.
    private static let interval: UInt32 = 500_000
    /// The daemon may be away for this long (it is upgraded, say) before the watching ends.
    private static let patience = 60

    func follow(_ id: String) throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        var last = ""
        var missed = 0
        while true {
            let facts: TaskFacts
            do {
                facts = try client.perform(TasksShow(id: id))
                missed = 0
            } catch let unreachable as Unreachable {
                missed += 1
                guard missed < Self.patience * 2 else {
                    Complaint.say(unreachable)
                    throw ExitCode(3)
                }
                usleep(Self.interval)
                continue
            }
            let shown = isTerminal ? Self.bar(facts, width: Self.width) : Self.plain(facts)
            if isTerminal {
                print("\r\u{1B}[K" + (facts.isOver ? facts.line : shown), terminator: facts.isOver ? "\n" : "")
                fflush(nil)
            } else if shown != last || facts.isOver {
                print(facts.isOver ? facts.line : shown)
                fflush(nil)
                last = shown
            }
            if facts.isOver {
                if facts.state != "done" { throw ExitCode.failure }
                return
            }
            usleep(Self.interval)
        }
    }

    /// `move-store [######------]  50 %  40.0 MiB/s  12s left  00000007.pack`, in one line of the terminal: what is too much for a
    /// narrow one is left out, the last first.
    static func bar(_ facts: TaskFacts, width: Int) -> String {
        let (done, total) = facts.extent
        var words = [facts.share]
        if facts.state != "running" { words.append(facts.state) }
        if let speed = facts.speed { words.append(speed) }
        if let remaining = facts.remaining { words.append(Readable.seconds(remaining) + " left") }
        words.removeAll { $0.isEmpty }
        // The last column stays free: some terminals go to the next line when it is filled.
        let most = width - 1
        let around = facts.name.count + " []  ".count
        func tail() -> String { words.joined(separator: "  ") }
        var isNarrow = false
        while words.count > 1, around + smallestBar + tail().count > most {
            words.removeLast()
            isNarrow = true
        }
        words += [facts.trouble ?? (isNarrow ? "" : facts.item)].filter { !$0.isEmpty }
        let room = max(smallestBar, min(40, most - around - tail().count))
        let full = total > 0 ? min(room, room * done / total) : 0
        let bar = String(repeating: "#", count: full) + String(repeating: "-", count: room - full)
        return String("\(facts.name) [\(bar)]  \(tail())".prefix(max(1, most)))
    }

    private static let smallestBar = 6

    /// Without what changes all the time, so that a log of it stays short.
    static func plain(_ facts: TaskFacts) -> String {
        [facts.name, facts.state, facts.share, facts.trouble ?? ""].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static var width: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
