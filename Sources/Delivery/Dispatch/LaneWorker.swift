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
        var first = await dispatcher.first(hop)
        while let message = first { first = await work(from: message) }
    }

    /// Finds a host that takes the message, and sends it all that is due. Answers a message that the connection ended under, without
    /// fault of its own: it wants another one.
    private func work(from first: QueuedMessage) async -> QueuedMessage? {
        let finder = services.finder
        var trouble = RouteFailure(status: EnhancedStatus(4, 4, 1), words: "No host of \(hop) could be reached.").outcome
        do throws(RouteFailure) {
            for host in try await dispatcher.lookingUp(for: hop, { [hop] () throws(RouteFailure) in try await finder.hosts(hop) }) {
                let reach: (addresses: [IPAddress], demand: EncryptionDemand)
                do throws(RouteFailure) {
                    reach = try await dispatcher.lookingUp(for: hop) { () throws(RouteFailure) in try await finder.reach(host) }
                } catch {
                    trouble = error.outcome
                    continue
                }
                for address in reach.addresses {
                    let peer = Peer(address: address, port: host.port)
                    switch await serve(first, at: peer, named: host.name, reach.demand) {
                    case .served(let again): return again
                    case .leftAlone(let outcome), .failed(let outcome): trouble = outcome
                    case .stopped:
                        dispatcher.beginStop()
                        services.store.giveBack(first)
                        return nil
                    }
                }
            }
        } catch {
            trouble = error.outcome
        }
        // What ends because this server stops was no try.
        if dispatcher.isStopping {
            services.store.giveBack(first)
            return nil
        }
        dispatcher.failed(hop)
        await giveUp(first, trouble)
        return nil
    }

    /// Nobody takes anything: all that is due for the next hop hears the same, without knocking again, so many messages in one commit as
    /// are held at a time.
    private func giveUp(_ first: QueuedMessage, _ trouble: TryOutcome) async {
        let result = trouble.status.class == 5 ? RecipientResult.failed(trouble) : .deferred(trouble)
        var due = [first] + dispatcher.held(for: hop)
        while !due.isEmpty {
            await withTaskGroup { group in
                for message in due {
                    group.addTask { await dispatcher.reporter.settle(message, message.recipients.map { _ in result }) }
                }
            }
            due = []
            if let next = await dispatcher.next(hop) { due = [next] + dispatcher.held(for: hop) }
        }
    }

    // MARK: one host

    private enum HostResult: Sendable {
        /// At least the first message has its answer; a later one wants another connection.
        case served(again: QueuedMessage?)
        /// Not tried, because of what came of the last try.
        case leftAlone(TryOutcome)
        case failed(TryOutcome)
        case stopped
    }

    private func serve(_ first: QueuedMessage, at peer: Peer, named name: String, _ demand: EncryptionDemand) async -> HostResult {
        let now = services.store.queueClock.now
        if let reason = dispatcher.backoff.reason(peer, at: .milliseconds(now.milliseconds)) { return .leftAlone(reason) }
        let remote = Self.remote(name, at: peer.address)
        var client = services.client(for: hop)
        client.demand = demand
        var end = await talk(first, at: peer, named: name, remote, client)
        // Mail that may be read on the way is better than none, unless its destination thinks otherwise; a password is not shown to
        // anybody. RFC 7435 §3
        if case .failed(let failure) = end, failure.phase == .encryption, !failure.isStop, client.encryption == .whereOffered,
            client.login == nil, !demand.isStrict
        {
            client.encryption = .never(because: failure.outcome("").words)
            end = await talk(first, at: peer, named: name, remote, client)
        }
        guard case .failed(let failure) = end else {
            dispatcher.backoff.succeeded(peer)
            if case .again(let message) = end { return .served(again: message) }
            return .served(again: nil)
        }
        if failure.isStop { return .stopped }
        switch failure.cause {
        // What is wrong is not the address: the same one may serve other names well.
        case .ours, .notSafe: break
        default:
            dispatcher.backoff.failed(
                peer, failure.outcome(remote), at: .milliseconds(now.milliseconds), atMost: services.schedule.delayFrom)
        }
        return .failed(failure.outcome(remote))
    }

    /// What operators and senders read of a host: `mx.far.test [192.0.2.1]`, or the address once where it is the name.
    static func remote(_ name: String, at address: IPAddress) -> String {
        IPAddress(name) == address || Domain(name)?.literal == address ? name : "\(name) [\(address)]"
    }

    /// How a connection ended.
    private enum TalkEnd: Sendable {
        /// The first message has its answer, and all that followed.
        case done
        /// The first message has its answer; the server had ended the connection when it was to take this one.
        case again(QueuedMessage)
        /// The first message has no answer.
        case failed(ClientFailure)
    }

    /// One connection.
    private func talk(
        _ first: QueuedMessage, at peer: Peer, named name: String, _ remote: String, _ client: ClientSettings
    ) async -> TalkEnd {
        let slow = SlowAnswer(from: .host, on: hop, in: dispatcher)
        do throws(ConnectFailure) {
            let source = services.source(for: peer.address)
            return try await services.hub.connect(to: peer, from: source, within: client.deadlines.connect) { connection in
                await slow.end()
                return await converse(connection, remote: remote, host: name, client: client, first: first)
            }
        } catch {
            await slow.end()
            return .failed(ClientFailure(.connect, .connect(error)))
        }
    }

    /// The session, on the connection's loop.
    private func converse(
        _ connection: Connection, remote: String, host: String, client: ClientSettings, first: QueuedMessage
    ) async -> TalkEnd {
        var session = ClientSession(connection, remote: remote, host: host, settings: client)
        var message = first
        var isFirst = true
        do throws(ClientFailure) {
            try await session.begin()
            while true {
                let results = try await session.send(try await prepare(message)).map { $0.with(session.security) }
                // Durable before the connection is used again: at most the messages in flight can go twice.
                await dispatcher.reporter.settle(message, results, exposure: session.exposure)
                dispatcher.succeeded(hop)
                isFirst = false
                if session.isBroken { return .done }
                guard let next = await dispatcher.next(hop, on: connection) else { break }
                message = next
            }
        } catch {
            var failure = error
            failure.security = session.security
            if isFirst { return .failed(failure) }
            if failure.isStop {
                dispatcher.beginStop()
                services.store.giveBack(message)
            } else if failure.isEndOfConnection {
                return .again(message)
            } else {
                // This one was tried, on a connection that had served others: its next try is its own.
                let outcome = failure.outcome(remote)
                await dispatcher.reporter.settle(message, message.recipients.map { _ in .deferred(outcome) })
            }
            return .done
        }
        await session.quit()
        return .done
    }

    /// The message as it goes to this next hop.
    private func prepare(_ message: QueuedMessage) async throws(ClientFailure) -> OutgoingMail {
        let (rewriting, changed) = services.rewriting(for: hop)
        let store = services.store
        let stored = message.stored
        let prepared: Prepared
        var whole = store.octetsAtHand(stored, limit: OutgoingMail.piece)
        do {
            if whole == nil, stored.size <= OutgoingMail.piece {
                whole = try await store.read { try $0.bytes(of: stored, 0..<stored.size) }
            }
            prepared =
                if let whole {
                    whole.withUnsafeReadableBytes { Prepared($0, of: stored.size, rewriting) } ?? Prepared()
                } else {
                    try await store.read { snapshot in
                        var window = OutgoingMail.piece
                        while true {
                            let found = try snapshot.withBytes(of: stored, 0..<window) { Prepared($0, of: stored.size, rewriting) }
                            if let found { return found }
                            window *= 4
                        }
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
            rest: prepared.length..<stored.size,
            read: { [whole] range in
                if let part = whole?.getSlice(at: range.lowerBound, length: range.count) { return part }
                return try await store.read { try $0.bytes(of: stored, range) }
            })
    }
}

/// A message's header as it goes out, and how long it was before.
private struct Prepared: Sendable {
    var head: [UInt8] = []
    var length = 0
    var isASCII = true

    init() {}

    /// `nil` when the header does not end among these octets of a message of that size.
    init?(_ octets: UnsafeRawBufferPointer, of size: Int, _ rewriting: HeaderRewriting) {
        guard let length = HeaderRewriting.length(of: octets) ?? (octets.count == size ? size : nil) else { return nil }
        self.length = length
        head = rewriting.apply(UnsafeRawBufferPointer(rebasing: octets[..<length]))
        isASCII = head.withUnsafeBytes { HeaderFields.isASCII($0) }
    }
}

extension RouteFailure {
    var outcome: TryOutcome { TryOutcome(status: status, remote: "", words: words, isReply: false) }
}
