internal import Connections
internal import MailCore
internal import MailSettings
internal import MailStore
internal import Resolver

extension Dispatcher {
    /// One step on the way to the default relay.
    public struct ProbeStep: Hashable, Sendable {
        public let name: String
        public let isOK: Bool
        public let words: String
    }

    /// Looks the default relay up, connects, greets, logs in, and sends nothing. The last step may be the one that failed.
    public func probeRelay() async -> [ProbeStep] {
        let relay = services.settings.current.relay
        guard !relay.host.isEmpty else {
            return [ProbeStep(name: "settings", isOK: false, words: "relay.host is empty: there is no relay.")]
        }
        let hop = NextHop.relay(relay.host, port: relay.port)
        var steps: [ProbeStep] = []
        var client = services.client(for: hop)
        let addresses: [IPAddress]
        do throws(RouteFailure) {
            let finder = services.finder
            var all: [IPAddress] = []
            for host in try await finder.hosts(hop) {
                let reach = try await finder.reach(host)
                all += reach.addresses
                client.demand = reach.demand
            }
            addresses = all
        } catch {
            return [ProbeStep(name: "look-up", isOK: false, words: error.words)]
        }
        steps.append(ProbeStep(name: "look-up", isOK: true, words: addresses.map(\.description).joined(separator: ", ")))
        steps += client.demand.probeSteps
        for address in addresses {
            let peer = Peer(address: address, port: relay.port)
            do throws(ConnectFailure) {
                let source = services.source(for: address)
                let talk = try await services.hub.connect(to: peer, from: source, within: client.deadlines.connect) { [client] connection in
                    await Self.talk(connection, host: relay.host, client)
                }
                return steps + [ProbeStep(name: "connection", isOK: true, words: "\(peer)")] + talk
            } catch {
                steps.append(ProbeStep(name: "connection", isOK: false, words: "\(peer): \(error)"))
            }
        }
        return steps
    }

    private static func talk(_ connection: Connection, host: String, _ client: ClientSettings) async -> [ProbeStep] {
        var session = ClientSession(connection, remote: "", host: host, settings: client)
        do throws(ClientFailure) {
            try await session.begin()
        } catch {
            return [ProbeStep(name: error.step, isOK: false, words: error.outcome("").words)]
        }
        await session.quit()
        var steps = [ProbeStep(name: "greeting", isOK: true, words: "the relay answers")]
        if let tls = connection.tls { steps.append(ProbeStep(name: "encryption", isOK: true, words: tls.security.probeWords)) }
        if let login = client.login { steps.append(ProbeStep(name: "log-in", isOK: true, words: "as \(login.user)")) }
        return steps
    }
}

extension ClientFailure {
    /// What an operator calls the part of the way where it ended.
    fileprivate var step: String {
        switch phase {
        case .encryption: "encryption"
        case .login: "log-in"
        default: "greeting"
        }
    }
}

extension EncryptionDemand {
    /// What the relay's signed DNS says, where it says anything.
    fileprivate var probeSteps: [Dispatcher.ProbeStep] {
        switch self {
        case .opportunistic: []
        case .encrypted:
            [.init(name: "certificates", isOK: true, words: "TLSA records that cannot be used: TLS is demanded, any certificate will do")]
        case .proved(let proof):
            [.init(name: "certificates", isOK: true, words: "\(proof.records.count) TLSA records of \(proof.base) must be met")]
        }
    }
}

extension SessionSecurity {
    fileprivate var probeWords: String {
        let proof =
            switch verified {
            case .none: "who it is, is not proved"
            case .authority: "proved by an authority"
            case .daneTA, .daneEE: "proved by its DNS (\(verified.rawValue))"
            }
        return "\(version), \(cipher), \(proof)"
    }
}
