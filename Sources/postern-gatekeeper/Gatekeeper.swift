internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import Netlink

/// The only part of Postern that may change the kernel's firewall: keeps it so that the daemon's plan holds, and does two small
/// things for the daemon that need root. Everything is asked for in typed requests (`GatekeeperRequest`).
@main
enum Gatekeeper {
    static var usage: String { ProgramUsage.gatekeeper }

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        let options: Options
        do throws(Options.UsageError) {
            options = try Options(CommandLine.arguments.dropFirst())
        } catch {
            StandardError.say("postern-gatekeeper: \(error.sentence)")
            exit(2)
        }
        LoggingSystem.bootstrap { _ in JournalLogHandler(program: "postern-gatekeeper") }
        let logger = Logger(label: "postern-gatekeeper")
        do {
            if options.clears { return try clear() }
            let door: LocalSocket
            if let path = options.socket {
                door = try LocalSocket.listening(at: path)
                chmod(path, 0o666)
            } else if let adopted = AdoptedSockets.take().first {
                door = LocalSocket(owning: adopted.descriptor)
            } else {
                StandardError.say(usage)
                exit(2)
            }
            let keeper = try Keeper(planFile: options.plan, logger: logger)
            let desk = Desk(keeper: keeper, user: options.user, logger: logger)
            Watch(door: door, keeper: keeper, desk: desk, staysForever: options.socket != nil).run()
        } catch {
            logger.critical("\(error)", metadata: ["event": "\(JournalEvent.firewallFailed.rawValue)"])
            exit(1)
        }
    }

    /// For the package's removal: also when no gatekeeper runs.
    private static func clear() throws {
        let firewall = try Firewall()
        let steps = AccessSteps(nil, on: [], from: try firewall.readForAccess())
        if !steps.isNothing { try firewall.perform(steps) }
    }
}

/// What the command line asks for.
struct Options {
    var socket: String?
    var plan = "/run/postern-gatekeeper/plan"
    var user = "postern"
    var clears = false

    struct UsageError: Error {
        var sentence: String
    }

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var words = ArraySlice(Array(arguments))
        while let word = words.popFirst() {
            func value() throws(UsageError) -> String {
                guard let value = words.popFirst(), !value.isEmpty else { throw UsageError(sentence: "\(word) needs a value.") }
                return value
            }
            switch word {
            case "--socket": socket = try value()
            case "--plan": plan = try value()
            case "--user": user = try value()
            case "--clear": clears = true
            default: throw UsageError(sentence: "\(word) is not understood.\n\(Gatekeeper.usage)")
            }
        }
    }
}
