import Glibc
import MailCore
import Synchronization
import Testing

@testable import Netlink

/// A network of our own with the kernel's own firewall, for one thread: what is tried there touches nothing of the machine's.
struct Namespace {
    static let isPossible = geteuid() == 0 && access("/usr/sbin/nft", X_OK) == 0 && access("/sbin/ip", X_OK) == 0 && canUnshare

    private static var canUnshare: Bool {
        onThread { leaveNetwork() }
    }

    /// Runs `body` on a thread that is in a fresh network namespace, with `eth`-like interfaces made by `ip` and rules by `nft`.
    static func run<Value: Sendable>(_ rules: String = "", _ body: @escaping @Sendable () throws -> Value) throws -> Value {
        try onThread {
            Result {
                guard leaveNetwork() else { throw NetlinkError.refused("unshare", errno: errno) }
                try command("/sbin/ip", ["link", "set", "lo", "up"])
                if !rules.isEmpty { try nft(rules) }
                return try body()
            }
        }.get()
    }

    /// unshare(2) with CLONE_NEWNET, which Glibc's module does not show.
    private static func leaveNetwork() -> Bool {
        typealias Unshare = @convention(c) (Int32) -> Int32
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "unshare") else { return false }
        return unsafeBitCast(symbol, to: Unshare.self)(0x4000_0000) == 0
    }

    static func nft(_ rules: String) throws { try command("/usr/sbin/nft", ["-f", "-"], input: rules) }

    static func listing(_ chain: String) throws -> [String] {
        let lines = try command("/usr/sbin/nft", ["-s", "list", "chain"] + chain.split(separator: " ").map(String.init))
        return lines.split(separator: "\n").map { String($0.drop { $0 == "\t" || $0 == " " }) }.filter {
            !$0.hasPrefix("table ") && !$0.hasPrefix("chain ") && !$0.hasPrefix("type ") && $0 != "}"
        }
    }

    /// One program at a time: another one would inherit the pipes' ends, and each would wait for the other to close them.
    private static let oneAtATime = Mutex(())

    /// A program in this thread's network. Returns what it printed.
    @discardableResult
    static func command(_ path: String, _ arguments: [String], input: String = "") throws -> String {
        try oneAtATime.withLock { _ in try run(path, arguments, input) }
    }

    private static func run(_ path: String, _ arguments: [String], _ input: String) throws -> String {
        var (out, inward): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&out) == 0, pipe(&inward) == 0 else { throw NetlinkError.refused("pipe", errno: errno) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inward[0], 0)
        posix_spawn_file_actions_adddup2(&actions, out[1], 1)
        for descriptor in out + inward { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/sbin:/sbin:/usr/bin:/bin"), nil]
        defer { for text in argv + environment { free(text) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, path, &actions, nil, &argv, &environment)
        close(out[1])
        close(inward[0])
        guard status == 0 else { throw NetlinkError.refused(path, errno: status) }
        _ = Array(input.utf8).withUnsafeBytes { write(inward[1], $0.baseAddress, $0.count) }
        close(inward[1])
        var printed: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = read(out[0], &buffer, buffer.count), count > 0 { printed += buffer[..<count] }
        close(out[0])
        var exit: Int32 = 0
        waitpid(child, &exit, 0)
        guard exit == 0 else { throw NetlinkError.refused("\(path) \(arguments.joined(separator: " "))", errno: EINVAL) }
        return String(decoding: printed, as: UTF8.self)
    }

    private final class Box<Value>: @unchecked Sendable {
        // Written by the thread before it ends, read after it was joined.
        var body: (() -> Value)?
        var value: Value?
    }

    private static func onThread<Value>(_ body: @escaping () -> Value) -> Value {
        let box = Box<Value>()
        box.body = body
        let run: () -> Void = { box.value = box.body?() }
        let opaque = Unmanaged.passRetained(Runner(run)).toOpaque()
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Runner>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, opaque)
        pthread_join(thread, nil)
        guard let value = box.value else { preconditionFailure("the thread has run") }
        return value
    }

    private final class Runner {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }
}
