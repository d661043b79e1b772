internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import Netlink

/// Answers requests: one a connection, of root and the daemon's user only.
struct Desk {
    let keeper: Keeper
    let user: String
    let logger: Logger

    /// Whoever has been let in is trusted not to dawdle longer.
    private static let limit = Duration.seconds(1)

    func serve(_ peer: LocalSocket) {
        peer.setLimit(Self.limit)
        guard let asking = peer.peerUser, asking == 0 || asking == SystemUser(named: user)?.id else {
            _ = peer.write(GatekeeperAnswer.refused("Only \(user) and root may ask.").text)
            return
        }
        guard let octets = peer.readMessage(limit: GatekeeperLimits.request), let request = GatekeeperRequest(parsing: octets) else {
            _ = peer.write(GatekeeperAnswer.refused("The request is not understood.").text)
            return
        }
        // The system's manager takes its time; the firewall must not wait for it.
        if request == .regenerateSockets {
            let descriptor = dup(peer.descriptor)
            SystemThread.start("regenerate") { [logger] in
                let peer = LocalSocket(owning: descriptor)
                _ = peer.write(SocketUnits.regenerate(logger: logger).text)
            }
            return
        }
        _ = peer.write(answer(request).text)
    }

    private func answer(_ request: GatekeeperRequest) -> GatekeeperAnswer {
        do throws(NetlinkError) {
            switch request {
            case .hold(let plan): try keeper.hold(plan)
            case .clear: try keeper.clear()
            case .leave: keeper.leave()
            case .report: return .report(try keeper.report())
            case .explain(let port): return .report(try keeper.explain(port))
            case .prepareMount(let major, let minor): return MailFolder.prepare(major: major, minor: minor, for: user, logger: logger)
            case .regenerateSockets: preconditionFailure("answered on a thread of its own")
            }
            return .done
        } catch {
            return .refused("The firewall: \(error).")
        }
    }
}
