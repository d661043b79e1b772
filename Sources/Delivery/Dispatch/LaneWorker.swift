import Connections
import Logging
import MailCore
import MailStore
import MessageFormat
import NIOCore

/// One worker of a lane: finds a host of the next hop, and sends it one message after the other on one connection.
struct LaneWorker: Sendable {
    private let hop: NextHop
    private let dispatcher: Dispatcher
    private var services: DispatcherServices { dispatcher.services }

    init(_ hop: NextHop, in dispatcher: Dispatcher) {
        self.hop = hop
        self.dispatcher = dispatcher
    }

    func run() async {
        // A worker that another one has left nothing for looks nothing up.
        guard let first = await dispatcher.first(hop) else { return }
        let finder = services.finder
        var trouble = RouteFailure(status: EnhancedStatus(4, 4, 1), words: "No host of \(hop) could be reached.").outcome
        do throws(RouteFailure) {
            for host in try await dispatcher.lookingUp({ [hop] () throws(RouteFailure) in try await finder.hosts(hop) }) {
                let reach: (addresses: [IPAddress], demand: EncryptionDemand)
                do throws(RouteFailure) {
                    reach = try await dispatcher.lookingUp { () throws(RouteFailure) in try await finder.reach(host) }
                } catch {
                    trouble = error.outcome
                    continue
                }
                for address in reach.addresses {
                    let peer = Peer(address: address, port: host.port)
                    switch await serve(first, at: peer, named: host.name, reach.demand) {
                    case .served: return
                    case .leftAlone: continue
                    case .failed(let outcome): trouble = outcome
                    case .stopped:
                        dispatcher.beginStop()
                        services.store.giveBack(first)
                        return
                    }
                }
            }
        } catch {
            trouble = error.outcome
        }
        // What ends because this server stops was no try.
        if dispatcher.isStopping { return services.store.giveBack(first) }
        dispatcher.failed(hop)
        await giveUp(first, trouble)
    }

    /// Nobody takes anything: all that is due for the next hop hears the same, without knocking again.
    private func giveUp(_ first: QueuedMessage, _ trouble: TryOutcome) async {
        var message: QueuedMessage? = first
        while let due = message {
            let results = due.recipients.map { _ in trouble.status.class == 5 ? RecipientResult.failed(trouble) : .deferred(trouble) }
            await dispatcher.reporter.settle(due, results)
            message = await dispatcher.next(hop)
        }
    }

    // MARK: one host

    private enum HostResult: Sendable {
        /// At least the first message has its answer.
        case served
        case leftAlone
        case failed(TryOutcome)
        case stopped
    }

    private func serve(_ first: QueuedMessage, at peer: Peer, named name: String, _ demand: EncryptionDemand) async -> HostResult {
        let now = services.store.queueClock.now
        guard !dispatcher.backoff.isLeftAlone(peer, at: .milliseconds(now.milliseconds)) else { return .leftAlone }
        let remote = name == peer.address.description ? name : "\(name) [\(peer.address)]"
        var client = services.client(for: hop)
        client.demand = demand
        var failure = await talk(first, at: peer, named: name, remote, client)
        // Mail that may be read on the way is better than none, unless its destination thinks otherwise; a password is not shown to
        // anybody. RFC 7435 §3
        if failure?.phase == .encryption, failure?.isStop == false, client.encryption == .whereOffered, client.login == nil,
            !demand.isStrict
        {
            client.encryption = .never
            failure = await talk(first, at: peer, named: name, remote, client)
        }
        guard let failure else {
            dispatcher.backoff.succeeded(peer)
            return .served
        }
        if failure.isStop { return .stopped }
        switch failure.cause {
        // What is wrong is not the address: the same one may serve other names well.
        case .ours, .notSafe: break
        default: dispatcher.backoff.failed(peer, at: .milliseconds(now.milliseconds), atMost: services.schedule.delayFrom)
        }
        return .failed(failure.outcome(remote))
    }

    /// One connection. `nil` when the first message has its answer, else why it has none.
    private func talk(
        _ first: QueuedMessage, at peer: Peer, named name: String, _ remote: String, _ client: ClientSettings
    ) async -> ClientFailure? {
        let slow = SlowAnswer(from: .host, in: dispatcher)
        do throws(ConnectFailure) {
            let source = services.source(for: peer.address)
            return try await services.hub.connect(to: peer, from: source, within: client.deadlines.connect) { connection in
                await slow.end()
                return await converse(connection, remote: remote, host: name, client: client, first: first)
            }
        } catch {
            await slow.end()
            return ClientFailure(.connect, .connect(error))
        }
    }

    /// The session, on the connection's loop. `nil` when the first message has its answer, else why it has none.
    private func converse(
        _ connection: Connection, remote: String, host: String, client: ClientSettings, first: QueuedMessage
    ) async -> ClientFailure? {
        var session = ClientSession(connection, remote: remote, host: host, settings: client)
        var message = first
        var isFirst = true
        do throws(ClientFailure) {
            try await session.begin()
            while true {
                let results = try await session.send(try await prepare(message)).map { $0.with(session.security) }
                // Durable before the connection is used again: at most the messages in flight can go twice.
                await dispatcher.reporter.settle(message, results)
                dispatcher.succeeded(hop)
                isFirst = false
                if session.isBroken { return nil }
                guard let next = await dispatcher.next(hop) else { break }
                message = next
            }
        } catch {
            var failure = error
            failure.security = session.security
            if isFirst { return failure }
            if failure.isStop {
                dispatcher.beginStop()
                services.store.giveBack(message)
            } else {
                // This one was tried, on a connection that had served others: its next try is its own.
                let outcome = failure.outcome(remote)
                await dispatcher.reporter.settle(message, message.recipients.map { _ in .deferred(outcome) })
            }
            return nil
        }
        await session.quit()
        return nil
    }

    /// The message as it goes to this next hop.
    private func prepare(_ message: QueuedMessage) async throws(ClientFailure) -> OutgoingMail {
        let (rewriting, changed) = services.rewriting(for: hop)
        let store = services.store
        let stored = message.stored
        let prepared: (head: [UInt8], length: Int, isASCII: Bool)
        do {
            prepared = try await store.read { snapshot in
                var window = 64 << 10
                while true {
                    let found: (head: [UInt8], length: Int, isASCII: Bool)? = try snapshot.withBytes(of: stored, 0..<window) { bytes in
                        let whole = bytes.count == stored.size
                        guard let length = HeaderRewriting.length(of: bytes) ?? (whole ? bytes.count : nil) else { return nil }
                        let head = rewriting.apply(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
                        return (head, length, head.withUnsafeBytes { HeaderFields.isASCII($0) })
                    }
                    if let found { return found }
                    window *= 4
                }
            }
        } catch {
            throw ClientFailure(.content, .ours("\(error)"))
        }
        let sender = message.sender == .nobody ? message.sender : changed.map(ReversePath.address) ?? message.sender
        let isASCII = sender.address?.isASCII != false && message.recipients.allSatisfy { $0.address.isASCII }
        return OutgoingMail(
            sender: sender, recipients: message.recipients, needsUTF8: !isASCII || (message.isUTF8 && !prepared.isASCII),
            is8Bit: message.is8Bit || !prepared.isASCII, returns: message.returns, envelopeID: message.envelopeID, head: prepared.head,
            rest: prepared.length..<stored.size, read: { range in try await store.read { try $0.bytes(of: stored, range) } })
    }
}

extension RouteFailure {
    var outcome: TryOutcome { TryOutcome(status: status, remote: "", words: words, isReply: false) }
}
