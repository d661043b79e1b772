/// The daemon's way to the gatekeeper: one connection a request, on a thread of its own.
public struct GatekeeperClient: Sendable {
    public static let usualPath = "/run/postern-gatekeeper/socket"
    /// A daemon-reload of a busy system takes seconds.
    private static let limit = Duration.seconds(30)

    public let path: String

    public init(path: String = usualPath) { self.path = path }

    /// The gatekeeper's answer. One that cannot be reached is a refusal too: the sentence says so.
    public func ask(_ request: GatekeeperRequest) async -> GatekeeperAnswer {
        await SystemThread.run("gatekeeper") { [path] in
            do throws(LocalSocket.Failure) {
                let socket = try LocalSocket.connecting(to: path, limit: Self.limit)
                guard socket.write(request.text), let octets = socket.readMessage(limit: GatekeeperLimits.answer),
                    let answer = GatekeeperAnswer(parsing: octets)
                else { return .refused("The gatekeeper at \(path) did not answer.") }
                return answer
            } catch {
                return .refused("The gatekeeper cannot be reached: \(error).")
            }
        }
    }
}
