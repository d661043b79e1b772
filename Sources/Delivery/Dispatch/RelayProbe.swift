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
        let addresses: [IPAddress]
        do throws(RouteFailure) {
            let finder = services.finder
            var all: [IPAddress] = []
            for host in try await finder.hosts(hop) { all += try await finder.addresses(host) }
            addresses = all
        } catch {
            return [ProbeStep(name: "look-up", isOK: false, words: error.words)]
        }
        steps.append(ProbeStep(name: "look-up", isOK: true, words: addresses.map(\.description).joined(separator: ", ")))
        let client = services.client(for: hop)
        for address in addresses {
            let peer = Peer(address: address, port: relay.port)
            do throws(ConnectFailure) {
                let talk = try await services.hub.connect(to: peer, within: client.deadlines.connect) { connection in
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
            let reason = connection.tlsFailure.map { " (\($0))" } ?? ""
            return [ProbeStep(name: error.step, isOK: false, words: error.outcome("").words + reason)]
        }
        await session.quit()
        var steps = [ProbeStep(name: "greeting", isOK: true, words: "the relay answers")]
        if let tls = connection.tls { steps.append(ProbeStep(name: "encryption", isOK: true, words: "\(tls.version), \(tls.cipher)")) }
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
