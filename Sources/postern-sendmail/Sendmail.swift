internal import Glibc
internal import Host
internal import MailCore

/// `/usr/sbin/sendmail` as the programs of this machine know it: takes a letter and drops it where the daemon finds it, now or when it
/// runs again. It has no rights of its own, and needs no daemon.
@main
enum Sendmail {
    static func main() {
        do throws(Complaint) {
            let options = try SendmailOptions(name: CommandLine.arguments.first ?? "", CommandLine.arguments.dropFirst())
            signal(SIGPIPE, SIG_IGN)
            switch options.mode {
            case .deliver: try Delivering(options).run()
            case .converse:
                var conversation = Conversation(options)
                try conversation.run()
            case .listQueue: try listQueue()
            // Aliases live in the daemon's own store and hold at once; the queue is worked on by itself.
            case .initialiseAliases, .runQueue: break
            }
        } catch {
            Standard.complain("sendmail: \(error.sentence)")
            exit(error.code)
        }
    }

    /// Whoever may ask for the queue gets it from the operators' program.
    private static func listQueue() throws(Complaint) {
        let words = ["postern", "queue", "list"]
        var pointers = words.map { strdup($0) } + [nil]
        execv("/usr/bin/postern", &pointers)
        throw Complaint(EX_UNAVAILABLE, "/usr/bin/postern, which lists the queue, cannot be run: \(String(cString: strerror(errno))).")
    }

    /// Where letters go.
    static var folder: String { getenv("POSTERN_DROP").map { String(cString: $0) } ?? DropFile.usualFolder }
}

/// Why nothing was sent: a sentence, and what the caller's program makes of it (sysexits.h(3head)).
struct Complaint: Error {
    let code: Int32
    let sentence: String

    init(_ code: Int32, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }

    /// The letter is not taken, and the caller should try again later.
    init(_ failure: DropFile.Failure) { self.init(EX_TEMPFAIL, "\(failure). The message is not sent; try again later.") }
}

/// The person or program that calls.
struct Caller {
    let name: String
    /// For people; may be empty.
    let fullName: String

    /// By the user that the process runs as.
    init() {
        let user = getuid()
        guard let entry = getpwuid(user) else {
            name = "user\(user)"
            fullName = ""
            return
        }
        name = String(cString: entry.pointee.pw_name)
        let gecos = entry.pointee.pw_gecos.map { String(cString: $0) } ?? ""
        fullName = String(gecos.prefix { $0 != "," }).replacing("&", with: name.prefix(1).uppercased() + name.dropFirst())
    }
}
