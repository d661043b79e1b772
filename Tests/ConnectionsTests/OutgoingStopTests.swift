import Glibc
import Logging
import MailCore
import Synchronization
import Testing

@testable import Connections

/// Servers that say nothing do not hold up a stop of ours.
@Suite struct OutgoingStopTests {
    /// A stop may take so long; who is waited for makes it take half of that.
    private static let limit = Duration.seconds(120)
    private static let short = Duration.seconds(30)

    private static func hub() -> ConnectionHub {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return ConnectionHub(loops: 1, logger: logger)
    }

    /// The time that a stop took, and how the session that was going on with a server then ended.
    private func stop(
        verdicts: Duration = ConnectionHub.verdictLimit, serve: @escaping @Sendable (Connection) async -> Void,
        _ session: @escaping @Sendable (Connection) async throws(ConnectionError) -> Void
    ) async throws -> (took: Duration, end: ConnectionError?) {
        let result = Mutex<(Duration, ConnectionError?)>((.zero, nil))
        let notes = Notes()
        try await withServer(serve: serve) { server, _, _ in
            let hub = Self.hub()
            async let end = hub.connect(to: server, within: .seconds(60)) { connection -> ConnectionError? in
                notes.add("begun")
                do throws(ConnectionError) {
                    try await session(connection)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(await eventually { !notes.all.isEmpty })
            try await Task.sleep(for: .milliseconds(50))
            let took = await ContinuousClock().measure { await hub.stop(within: Self.limit, verdicts: verdicts) }
            let error = try await end
            result.withLock { $0 = (took, error) }
        }
        return result.withLock { $0 }
    }

    private static let mute: @Sendable (Connection) async -> Void = { connection in try? await connection.rest(for: .seconds(600)) }

    private static func read(_ kind: Connection.InputKind) -> @Sendable (Connection) async throws(ConnectionError) -> Void {
        { connection async throws(ConnectionError) in try await connection.input(kind, within: .seconds(600)) { $0.count } }
    }

    @Test func anAnswerIsNotWaitedFor() async throws {
        let (took, end) = try await stop(serve: Self.mute, Self.read(.answer))
        #expect(end == .stopping && took < Self.short)
    }

    @Test func aVerdictHasAMoment() async throws {
        let (took, end) = try await stop(
            verdicts: Self.short,
            serve: { connection in
                try? await Task.sleep(for: .milliseconds(300))
                connection.write("250\r\n")
            }, Self.read(.verdict))
        #expect(end == nil && took < Self.short)
    }

    @Test func aVerdictThatTakesTooLongIsNotHeard() async throws {
        let (took, end) = try await stop(verdicts: .milliseconds(100), serve: Self.mute, Self.read(.verdict))
        #expect(end == .stopping && took < Self.short)
    }

    @Test func aServerThatDoesNotReadIsLeft() async throws {
        let (took, end) = try await stop(serve: Self.mute) { connection async throws(ConnectionError) in
            for _ in 0..<1000 {
                connection.write([UInt8](repeating: 120, count: 1 << 16))
                try await connection.relieve(within: .seconds(600))
            }
        }
        #expect(end == .stopping && took < Self.short)
    }

    /// Its backlog is full, so the kernel answers nobody any more.
    @Test func aHostThatDoesNotAnswerIsNotWaitedFor() async throws {
        let listener = TestPeer.socket(of: Peer(address: IPAddress("127.0.0.1")!, port: 0))
        defer { close(listener) }
        listen(listener, 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        let silent = Peer(address: IPAddress("127.0.0.1")!, port: Int(UInt16(bigEndian: address.sin_port)))
        let first = try TestPeer(silent)
        let hub = Self.hub()
        async let failure = { () async -> ConnectFailure? in
            do throws(ConnectFailure) {
                try await hub.connect(to: silent, within: .seconds(600)) { _ in }
                return nil
            } catch {
                return error
            }
        }()
        try await Task.sleep(for: .milliseconds(100))
        let took = await ContinuousClock().measure { await hub.stop(within: Self.limit) }
        #expect(await failure == .stopping && took < Self.short)
        withExtendedLifetime(first) {}
    }
}
