import Connections
import MailCore
import Synchronization

/// A line of a transcript did not hold.
struct PlayFailure: Error, CustomStringConvertible {
    let file: String
    let line: Int
    let text: String
    /// `mail-size.smtp:5 wanted 552 5.3.4, server said 250 2.1.0 Ok`
    var description: String { "\(file):\(line) \(text)" }
}

/// Plays a transcript against a server of its own, step by step, until a line does not hold.
///
/// Lines that a client says in a row leave in one packet, when an answer is waited for. The server is started by the first step
/// that is not a `given`.
final class Player {
    private let transcript: Transcript
    private let service: ServiceName
    private let server: TestServer
    private var captures: [String: [UInt8]] = [:]
    private var speakers: [ConnectionName: Speaker] = [:]
    private var isStarted = false
    private var stopping: Task<Void, Never>?
    var journal: JournalRecorder { server.journal }

    /// `service`: whom connections speak to that no `connect` names.
    init(_ transcript: Transcript, service: ServiceName) async throws {
        self.transcript = transcript
        self.service = service
        server = try TestServer(settings: [:], folder: try await FreshInstallation.copy())
    }

    /// Plays to the end, or throws the first `PlayFailure`. The server is stopped in either case.
    func play() async throws {
        var outcome: Result<Void, any Error> = .success(())
        for step in transcript.steps {
            do {
                try await play(step)
            } catch let failure as PlayFailure {
                outcome = .failure(failure)
            } catch {
                outcome = .failure(failure(step.line, "\(error)"))
            }
            if case .failure = outcome { break }
        }
        await flush()
        for speaker in speakers.values { await speaker.close() }
        await stopping?.value
        await server.stop()
        try outcome.get()
    }

    private func play(_ step: Transcript.Step) async throws {
        if case .given(let given) = step.action {
            await flush()
            return try await make(given)
        }
        try await start()
        if case .send(let sending) = step.action { return try await send(sending, step.line) }
        if case .sendBlock(let name, let block, let isLiteral) = step.action { return try await send(block, isLiteral, by: name) }
        await flush()
        switch step.action {
        case .given, .send, .sendBlock: break
        case .connect(let service, let name, let account):
            speakers[name] = try await speaker(service)
            if let account { try await logIn(name, as: account, step.line) }
        case .expect(let name, let expectation):
            try await speaker(name).hear(expectation, &captures, or: failure)
        case .close(let name): await speakers.removeValue(forKey: name)?.close()
        case .closed(let name): try await speaker(name).hearEnd(or: { failure(step.line, $0) })
        case .silent(let name): try await speaker(name).hearNothing(or: { failure(step.line, $0) })
        case .tls(let name):
            do {
                try await speaker(name).encrypt()
            } catch {
                throw failure(step.line, "wanted TLS: \(error)")
            }
        case .wait(let duration):
            await server.clock.loopsGoRound()
            server.clock.advance(by: duration)
            await server.clock.loopsGoRound()
        case .pause(let duration?): try await Task.sleep(for: min(duration, .seconds(10)))
        case .pause(nil): await server.clock.loopsGoRound()
        case .stop: stopping = Task { [server] in await server.stop() }
        case .restart:
            await server.stop()
            speakers = [:]
            try await server.start()
        case .mailbox(let state): try await compare(state, step.line)
        case .journal(let demand): try await find(demand, step.line)
        }
    }

    // MARK: the server's side

    private func start() async throws {
        if isStarted { return }
        isStarted = true
        try await server.start()
    }

    /// Settings wait for nobody; for anything else there has to be a server.
    private func make(_ given: Given) async throws {
        if case .setting(let key, let value) = given { return try server.set(key, value) }
        if case .strangers = given {
            if isStarted { throw TestServer.Unusable("strangers have to be there before the server is") }
            return server.treatEverybodyAsAStranger()
        }
        try await start()
        switch given {
        case .setting, .strangers: break
        case .domain(let name): try await server.addDomain(name)
        case .account(let name, let isEnabled): try await server.addAccount(name, isEnabled: isEnabled)
        case .alias(let name, let targets): try await server.addAlias(name, targets: targets)
        case .message(let account, let mailbox, let flags, let block):
            try await server.add(try octets(of: block), to: mailbox, of: account, flags: flags)
        }
    }

    // MARK: the clients' side

    private func speaker(_ name: ConnectionName) async throws -> Speaker {
        if let speaker = speakers[name] { return speaker }
        let speaker = try await speaker(service)
        speakers[name] = speaker
        return speaker
    }

    private func speaker(_ service: ServiceName) async throws -> Speaker {
        guard let port = server.port(of: service) else { throw TestServer.Unusable("the server is stopped") }
        let speaker = Speaker(service, try await ClientConnection.open(port: port))
        if service.isEncrypted { try await speaker.encrypt() }
        return speaker
    }

    private func flush() async {
        for speaker in speakers.values { await speaker.flush() }
    }

    private func send(_ sending: Sending, _ line: Int) async throws {
        let speaker = try await speaker(sending.connection)
        try await speaker.greet(or: { failure(line, $0) })
        var text = sending.text
        if let announced = sending.announced {
            text = text.announcing(try octets(of: announced).count, to: speaker.service)
        }
        do {
            let octets = try text.octets(captures) + (sending.endsLine ? [13, 10] : [])
            for _ in 0..<sending.times { speaker.say(octets) }
        } catch {
            throw failure(line, error.description)
        }
    }

    private func send(_ block: [ClientText], _ isLiteral: Bool, by name: ConnectionName) async throws {
        let speaker = try await speaker(name)
        speaker.say(try octets(of: block))
        if isLiteral, speaker.service.dialect == .imap { speaker.say([13, 10]) }
    }

    private func logIn(_ name: ConnectionName, as account: String, _ line: Int) async throws {
        let isIMAP = try await speaker(name).service.dialect == .imap
        let commands = isIMAP ? ["login LOGIN \(account) \(TestServer.password)"] : ["USER \(account)", "PASS \(TestServer.password)"]
        let answers = Expectation(
            lines: [Expectation.Line(number: line, pattern: Pattern(isIMAP ? "login OK *" : "+OK *"))], times: commands.count,
            skipsOthers: isIMAP)
        for command in commands {
            try await send(Sending(connection: name, text: ClientText(command), times: 1, endsLine: true), line)
        }
        await speakers[name]?.flush()
        try await speaker(name).hear(answers, &captures, or: failure)
    }

    private func octets(of block: [ClientText]) throws -> [UInt8] {
        try block.flatMap { try $0.octets(captures) + [13, 10] }
    }

    private func failure(_ line: Int, _ text: String) -> PlayFailure { PlayFailure(file: transcript.name, line: line, text: text) }

    // MARK: the aftermath

    private func compare(_ wanted: MailboxState, _ line: Int) async throws {
        let found = try await server.mailbox(wanted.mailbox, of: wanted.account)
        guard found?.messages == wanted.messages else {
            let count = { (count: Int?) in count.map { "\($0) message\($0 == 1 ? "" : "s")" } ?? "no such mailbox" }
            throw failure(
                line, "wanted \(count(wanted.messages)) in \(wanted.mailbox) of \(wanted.account), found \(count(found?.messages))")
        }
        guard let content = wanted.content, let newest = found?.newest else { return }
        var lines = MessageLines(newest)
        try lines.compare(content, &captures, or: failure)
    }

    private func find(_ demand: JournalDemand, _ line: Int) async throws {
        // What a server does after its last answer is logged a moment later.
        for _ in 0..<(demand.isWanted ? 250 : 1) {
            let isThere = server.journal.entries.contains { $0.meets(demand, &captures) }
            if isThere == demand.isWanted { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        let said = server.journal.entries.filter { $0.fields["event"] == demand.event }.map { "\"\($0.message)\" \($0.fields)" }
        throw failure(
            line,
            "wanted \(demand.isWanted ? "a line" : "no line") with \(demand.event)"
                + (said.isEmpty ? ", there is none" : ", the journal has \(said.joined(separator: "; "))"))
    }
}
