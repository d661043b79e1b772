import Connections
import Logging
import MailCore
import NIOCore
import Synchronization

@testable import MailTesting

/// Plays the other server of a transcript, one connection of the client's after the other, until a line does not hold.
final class RemotePlayer: Sendable {
    private let transcript: RemoteTranscript
    private let clock = TestClock()
    private let state = Mutex(State())

    private struct State {
        /// Of the dialogue, which is gone through once.
        var steps: ArraySlice<RemoteTranscript.Step> = []
        var failure: (line: Int, text: String)?
        /// A connection has the word; the next one waits for it.
        var isSpeaking = false
        /// Nothing is being sent any more.
        var isSettled = false
    }

    private init(_ transcript: RemoteTranscript) { self.transcript = transcript }

    /// What does not hold, as `name:line wanted …`; `nil` when everything does.
    static func play(_ transcript: RemoteTranscript) async throws -> (line: Int, text: String)? {
        let player = RemotePlayer(transcript)
        try await player.play()
        return player.state.withLock { $0.failure }.map { ($0.line, "\(transcript.name):\($0.line) \($0.text)") }
    }

    private func play() async throws {
        var settings: [String: String] = [:]
        var sent: [(recipients: [String], text: String, utf8: Bool)] = []
        var dialogue: [RemoteTranscript.Step] = []
        var aftermath: [RemoteTranscript.Step] = []
        for step in transcript.steps {
            switch step.action {
            case .setting(let key, let value): settings[key] = value
            case .send(let recipients, let text, let utf8): sent.append((recipients, text, utf8))
            case .queue, .told: aftermath.append(step)
            default: dialogue.append(step)
            }
        }
        state.withLock { [dialogue] in $0.steps = dialogue[...] }
        var logger = Logger(label: "remote")
        logger.logLevel = .critical
        let hub = ConnectionHub(
            loops: 1, logger: logger, clock: ConnectionClock(sweepInterval: .milliseconds(5), now: ConnectionClock.system.now))
        let service = Service(
            name: "remote", limits: ServiceLimits(maxConnections: { 100 }, maxConnectionsPerAddress: { 100 }, refusal: { _ in "" })
        ) { [self] in await converse($0) }
        guard let address = IPAddress("127.0.0.1"), let peer = try await hub.listen(service, on: [.address(address, port: 0)]).first else {
            preconditionFailure("a listener is where it was asked for")
        }
        let values = settings.mapValues { $0 == "$port" ? "\(peer.port)" : $0 }
        let house = try await House(values, clock: clock.forConnections)
        for domain in ["remote.test", "bücher.test"] { try await house.route(domain, to: "127.0.0.1", port: peer.port) }
        for message in sent { try await house.enqueue(to: message.recipients, message.text, utf8: message.utf8) }
        await house.settled()
        state.withLock { $0.isSettled = true }
        _ = await house.eventually { !self.state.withLock { $0.isSpeaking } }
        if let left = state.withLock({ $0.steps.first }) { fail(left.line, "the client never came so far") }
        if state.withLock({ $0.failure }) == nil { try await compare(aftermath, house) }
        await house.close()
        await hub.stop(within: .milliseconds(200))
    }

    private func fail(_ line: Int, _ text: String) {
        state.withLock { state in
            if state.failure == nil { state.failure = (line, text) }
            state.steps = []
        }
    }

    // MARK: the dialogue

    private func converse(_ connection: Connection) async {
        while !takeWord() { try? await Task.sleep(for: .milliseconds(2)) }
        defer { state.withLock { $0.isSpeaking = false } }
        while let step = state.withLock({ $0.steps.popFirst() }) {
            switch step.action {
            case .connect: return state.withLock { $0.steps.insert(step, at: $0.steps.startIndex) }
            case .close: return
            case .say(let octets, let times): for _ in 0..<times { connection.write(ByteBuffer(bytes: octets)) }
            case .clock(let duration):
                // What was said before is heard before.
                connection.flush()
                await clock.loopsGoRound()
                clock.advance(by: duration)
                await clock.loopsGoRound()
            case .givesUp: await letGiveUp(step.line)
            case .hear, .closed, .waits: await hear(step, connection)
            default: preconditionFailure("only a dialogue is said")
            }
        }
    }

    private func letGiveUp(_ line: Int) async {
        for _ in 0..<1000 {
            if state.withLock({ $0.isSettled }) { return }
            clock.advance(by: .seconds(60))
            await clock.loopsGoRound()
        }
        fail(line, "wanted the client to give up, it did not")
    }

    /// Whether it is this connection's turn; a `connect` that waits for it is done then.
    private func takeWord() -> Bool {
        state.withLock { state in
            guard !state.isSpeaking else { return false }
            state.isSpeaking = true
            if case .connect = state.steps.first?.action { state.steps.removeFirst() }
            return true
        }
    }

    private func hear(_ step: RemoteTranscript.Step, _ connection: Connection) async {
        let patience: Duration = if case .waits = step.action { .milliseconds(50) } else { .seconds(20) }
        let heard: String
        do throws(ConnectionError) {
            heard = String(decoding: try await connection.line(limit: 1 << 20, within: patience), as: UTF8.self)
        } catch {
            heard = error == .deadline ? "nothing" : "an end"
        }
        var captures: [String: [UInt8]] = [:]
        switch step.action {
        case .hear(let pattern) where !pattern.matches(Array(heard.utf8), &captures):
            fail(step.line, "wanted \(pattern.source), the client said \(heard)")
        case .closed where heard != "an end": fail(step.line, "wanted the connection closed, the client said \(heard)")
        case .waits where heard != "nothing": fail(step.line, "wanted the client to wait, it said \(heard)")
        default: break
        }
    }

    // MARK: the aftermath

    private func compare(_ steps: [RemoteTranscript.Step], _ house: House) async throws {
        var queue = try await house.queue
        let inbox = try await house.inbox
        var isListed = false
        var captures: [String: [UInt8]] = [:]
        for step in steps {
            switch step.action {
            case .queue(let pattern?):
                isListed = true
                guard let place = queue.firstIndex(where: { pattern.matches(Array($0.utf8), &captures) }) else {
                    return fail(step.line, "wanted \(pattern.source), the queue has \(queue)")
                }
                queue.remove(at: place)
            case .queue(nil): isListed = true
            case .told(let pattern):
                let lines = (inbox.last ?? "").split(separator: "\r\n").map(String.init)
                if let pattern, !lines.contains(where: { pattern.matches(Array($0.utf8), &captures) }) {
                    return fail(step.line, "wanted \(pattern.source), the sender was told \(lines)")
                }
                if pattern == nil, !inbox.isEmpty { return fail(step.line, "wanted nothing told, the sender was told \(lines)") }
            default: break
            }
        }
        if isListed, !queue.isEmpty { fail(steps.last?.line ?? 1, "the queue has also \(queue)") }
    }
}
