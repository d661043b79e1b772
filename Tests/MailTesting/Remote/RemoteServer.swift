import Connections
import Logging
public import MailCore
import NIOCore
import Synchronization

/// Another mail server, as a test wants it to be: it takes mail, unless the script says what it does instead.
public final class RemoteServer: Sendable {
    public enum Action: Sendable {
        /// Whole lines, with their CRLFs, whatever they are.
        case say(String)
        case hang
        case close
        case sayAndClose(String)
    }

    /// What it was given.
    public struct Received: Hashable, Sendable {
        public var connection: Int
        public var mail: String
        public var recipients: [String]
        /// As it came, dots taken off.
        public var text: String
    }

    /// `event`: `connect`, a command line, `.` for the end of a message; `nil` does what a server does.
    public typealias Script = @Sendable (_ event: String, _ connection: Int) -> Action?

    public let peer: Peer
    private let hub: ConnectionHub
    private let memory: Memory

    final class Memory: Sendable {
        struct State {
            var received: [Received] = []
            var dialogue: [String] = []
            var connections = 0
            var open = 0
            var mostAtOnce = 0
            var peers: [IPAddress] = []
        }
        private let state = Mutex(State())
        func with<T: Sendable>(_ body: (inout State) -> T) -> T { state.withLock { body(&$0) } }
    }

    public var received: [Received] { memory.with { $0.received } }
    /// Every command, in the order in which they came.
    public var dialogue: [String] { memory.with { $0.dialogue } }
    public var connections: Int { memory.with { $0.connections } }
    /// From where each connection came.
    public var peers: [IPAddress] { memory.with { $0.peers } }
    /// Most connections that there were at a time.
    public var mostAtOnce: Int { memory.with { $0.mostAtOnce } }

    public static let offers = ["PIPELINING", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES"]

    public init(at address: String = "127.0.0.1", offers: [String] = RemoteServer.offers, script: @escaping Script = { _, _ in nil })
        async throws
    {
        var logger = Logger(label: "remote")
        logger.logLevel = .critical
        hub = ConnectionHub(loops: 1, logger: logger)
        let memory = Memory()
        self.memory = memory
        let service = Service(
            name: "remote", limits: ServiceLimits(maxConnections: { 10_000 }, maxConnectionsPerAddress: { 10_000 }, refusal: { _ in "" })
        ) { connection in
            let number = memory.with { state in
                state.connections += 1
                state.open += 1
                state.peers.append(connection.peer.address)
                state.mostAtOnce = max(state.mostAtOnce, state.open)
                return state.connections
            }
            defer { memory.with { $0.open -= 1 } }
            var session = RemoteSession(connection, number: number, offers: offers, script: script, memory: memory)
            await session.run()
        }
        guard let address = IPAddress(address), let bound = try await hub.listen(service, on: [.address(address, port: 0)]).first else {
            preconditionFailure("a listener is where it was asked for")
        }
        peer = bound
    }

    public func stop() async { await hub.stop(within: .milliseconds(200)) }
}

/// One connection to it.
private struct RemoteSession {
    let connection: Connection
    let number: Int
    let offers: [String]
    let script: RemoteServer.Script
    let memory: RemoteServer.Memory
    private var mail = RemoteServer.Received(connection: 0, mail: "", recipients: [], text: "")

    init(_ connection: Connection, number: Int, offers: [String], script: @escaping RemoteServer.Script, memory: RemoteServer.Memory) {
        self.connection = connection
        self.number = number
        self.offers = offers
        self.script = script
        self.memory = memory
    }

    mutating func run() async {
        guard await act("connect", "220 remote.test ESMTP") else { return }
        while let octets = try? await connection.line(limit: 100_000, within: .seconds(30)) {
            let line = String(decoding: octets, as: UTF8.self)
            memory.with { $0.dialogue.append(line) }
            guard await answer(line) else { return }
        }
    }

    private mutating func answer(_ line: String) async -> Bool {
        let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
        switch verb {
        case "EHLO":
            let lines = ["remote.test"] + offers
            let text = lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }.joined(separator: "\r\n")
            return await act(line, text)
        case "MAIL":
            mail = RemoteServer.Received(connection: number, mail: String(line.dropFirst(10)), recipients: [], text: "")
            return await act(line, "250 2.1.0 Ok")
        case "RCPT":
            if script(line, number) == nil { mail.recipients.append(String(line.dropFirst(8))) }
            return await act(line, "250 2.1.5 Ok")
        case "DATA":
            guard !mail.recipients.isEmpty || script(line, number) != nil else { return await act(line, "554 5.5.1 No valid recipients") }
            guard script(line, number) == nil else { return await act(line, "") }
            connection.write("354 Go on\r\n")
            return await takeData()
        case "BDAT": return await takeChunk(line)
        case "QUIT":
            _ = await act(line, "221 2.0.0 Bye")
            return false
        default: return await act(line, "250 2.0.0 Ok")
        }
    }

    private mutating func takeData() async -> Bool {
        while let octets = try? await connection.line(limit: 1 << 20, within: .seconds(30)) {
            var line = String(decoding: octets, as: UTF8.self)
            if line == "." { return await finish(".") }
            if line.hasPrefix(".") { line.removeFirst() }
            mail.text += line + "\r\n"
        }
        return false
    }

    private mutating func takeChunk(_ line: String) async -> Bool {
        let words = line.split(separator: " ")
        var left = Int(words[1]) ?? 0
        while left > 0 {
            guard let piece = try? await connection.bytes(atMost: left, within: .seconds(30)) else { return false }
            left -= piece.readableBytes
            mail.text += String(buffer: piece)
        }
        guard words.count > 2 else { return await act(line, "250 2.0.0 Chunk taken") }
        guard !mail.recipients.isEmpty else { return await act(line, "554 5.5.1 No valid recipients") }
        return await finish(".")
    }

    private mutating func finish(_ event: String) async -> Bool {
        if script(event, number) == nil { memory.with { [mail] in $0.received.append(mail) } }
        return await act(event, "250 2.0.0 Taken")
    }

    /// Does what the script says, or says the usual; `false` when the session ends.
    private func act(_ event: String, _ usual: String) async -> Bool {
        switch script(event, number) {
        case nil:
            connection.write(usual + "\r\n")
            return true
        case .say(let text):
            connection.write(text)
            return true
        case .sayAndClose(let text):
            connection.write(text)
            return false
        case .close: return false
        case .hang:
            _ = try? await connection.rest(for: .seconds(60))
            return false
        }
    }
}
