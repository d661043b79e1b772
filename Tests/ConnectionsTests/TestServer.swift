import Logging
import MailCore
import Synchronization
import Testing

@testable import Connections

/// The tests whose peers are blocking sockets, one after the other: each may hold a thread of the pool while it listens.
@Suite(.serialized) enum WithSockets {}

/// A clock that only moves by hand; sweeps look at it every few milliseconds.
final class HandClock: Sendable {
    private let time = Mutex(Duration.seconds(1000))
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
    var clock: ConnectionClock { ConnectionClock(sweepInterval: .milliseconds(5)) { self.time.withLock { $0 } } }
}

extension ConnectionClock {
    /// The system's, for waits of milliseconds.
    static let quick = ConnectionClock(sweepInterval: .milliseconds(5), now: ConnectionClock.system.now)
}

/// Runs `body` against a hub with one service on a loopback port, and stops it.
func withServer(
    most: Int = 1000, perAddress: Int = 50, clock: ConnectionClock = .system, loops: Int = 1,
    serve: @escaping @Sendable (Connection) async -> Void, _ body: (Peer, ConnectionHub, Service) async throws -> Void
) async throws {
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let hub = ConnectionHub(loops: loops, logger: logger, clock: clock)
    let service = Service(
        name: "test",
        limits: ServiceLimits(
            maxConnections: { most }, maxConnectionsPerAddress: { perAddress }, refusal: { "421 \($0.rawValue)\r\n" }),
        serve: serve)
    let address = try #require(IPAddress("127.0.0.1"))
    let bound = try await hub.listen(service, on: [.address(address, port: 0)])
    do {
        try await body(try #require(bound.first), hub, service)
    } catch {
        await hub.stop(within: .seconds(1))
        throw error
    }
    await hub.stop(within: .seconds(1))
}

/// Looks every few milliseconds, for at most five seconds of real time.
func eventually(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}

/// What sessions report to their test, in order.
final class Notes: Sendable {
    private let notes = Mutex<[String]>([])
    func add(_ note: String) { notes.withLock { $0.append(note) } }
    var all: [String] { notes.withLock { $0 } }
}

/// Answers each line with itself in angle brackets, and `QUIT` with `bye`. Its patience is `within`.
func echo(within: Duration = .seconds(300), limit: Int = 1000, notes: Notes? = nil) -> @Sendable (Connection) async -> Void {
    { connection in
        connection.write("hello\r\n")
        do throws(ConnectionError) {
            while true {
                let line = try await connection.line(limit: limit, within: within)
                if line == Array("QUIT".utf8) { return connection.write("bye\r\n") }
                connection.write("<")
                connection.write(line)
                connection.write(connection.endedWithBareLF ? ">!\r\n" : ">\r\n")
            }
        } catch {
            notes?.add("\(error)")
            connection.write("421 \(error)\r\n")
        }
    }
}
