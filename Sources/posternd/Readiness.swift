internal import Connections
internal import Glibc
internal import Host
internal import Logging
internal import MailCore
internal import ServiceLifecycle

/// Tells the world that we are there, that we live, and that we go: the person at the terminal and systemd.
struct Readiness: ServiceLifecycle.Service {
    static let status = "accepting connections"

    /// A drive that hangs must not keep the machine from going down. What was acknowledged is durable: leaving hard loses nothing.
    static let longestStop = Duration.seconds(10)

    let hub: ConnectionHub
    let logger: Logger

    /// Every door is open.
    func announce() {
        // In the journal the fact stands already, and systemd hears it in its own way.
        if !Notify.outputIsJournal { Terminal.say("ready") }
        Notify.ready(Self.status)
        logger.info("ready", metadata: ["event": "\(JournalEvent.ready.rawValue)"])
    }

    /// A watchdog is only fed when every event loop still turns.
    func run() async throws {
        let interval = Notify.watchdogInterval ?? .seconds(3600)
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: interval)) != nil {
                await hub.pulse()
                Notify.alive()
            }
        }
        Notify.stopping("ending sessions")
        logger.info("stopping", metadata: ["event": "\(JournalEvent.stopping.rawValue)"])
        Task.detached { [logger] in
            try? await Task.sleep(for: Self.longestStop)
            logger.critical("the stop took too long; leaving now", metadata: ["event": "\(JournalEvent.stopped.rawValue)"])
            _exit(1)
        }
    }
}
