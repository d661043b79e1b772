internal import AdminServer
internal import Authentication
internal import Connections
internal import Delivery
internal import Glibc
internal import Host
internal import Housekeeping
internal import LocalIntake
internal import Logging
internal import MailCore
internal import MailSettings
internal import MailStore
internal import ServiceLifecycle
internal import StateStore
internal import UnixSignals

/// Postern's mail server. This page is the table of contents: what it is made of, in the order in which it is put together.
@main
enum Posternd {
    static let version = "0.1.0"

    static func main() async {
        do {
            switch try Invocation(CommandLine.arguments.dropFirst()) {
            case .help: Terminal.say(Invocation.usage)
            case .version: Terminal.say("posternd \(version)")
            case .checkSettings(let file, let options): exit(check(file, options))
            case .rebuildIndex(let options): exit(try RebuildIndex.run(options))
            case .run(let options):
                // Threads end at the same time, and OpenSSL cleans up behind each of them: exit(3) would take that from under them.
                _exit(try await run(options))
            }
        } catch let error as Invocation.UsageError {
            Terminal.complain("posternd: \(error)")
            exit(2)
        } catch {
            fail(error)
        }
    }

    /// Answers what the process ends with.
    private static func run(_ options: Invocation.Options) async throws -> Int32 {
        LoggingSystem.bootstrap { _ in JournalLogHandler(program: "posternd", level: options.isVerbose ? .debug : .info) }
        let logger = Logger(label: "posternd")
        logger.info("posternd \(version) starts", metadata: ["event": "\(JournalEvent.starting.rawValue)"])
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        DescriptorLimit.raise()

        // A folder that is ours alone.
        let folder = try StateFolder(options.state)
        defer { folder.release() }
        let reset = ResetOrder(folder, settings: options.settings, drop: options.dropFolder)
        try reset.perform(logger)

        // Settings: presets, the file (or the last good one), this run's overrides.
        let file = settingsFile(options, lastGood: folder.lastGoodSettings)
        let settings = LiveSettings(try file.readOrStandIn())
        for sentence in file.sentences {
            logger.critical("\(sentence)", metadata: ["event": "\(JournalEvent.settingsBroken.rawValue)"])
        }

        // The two stores.
        let state = try StateStore(path: folder.stateDatabase, logger: logger)
        let mail = try MailStore(
            folder: try state.mailHome()?.folder(standard: folder.mail) ?? folder.mail,
            configuration: StoreConfiguration(
                freeSpaceFloor: { settings.current.store.freeSpaceFloor }, memory: .kept(in: state, standard: folder.mail),
                keepsTrace: { settings.current.trace.keep }),
            logger: logger)
        let stores = Stores(state: state, mail: mail)
        stores.tellTrouble(logger)

        // What encrypted connections show.
        let certificates = try await CertificateKeeper(state: state, logger: logger)

        // The faces: a sender, a reader.
        let encryption = ServerEncryption(settings: settings, certificates: { certificates.inForce }, logger: logger)
        certificates.onChange { _ in encryption.refresh() }
        let desk = LoginDesk(state: state, settings: settings, logger: logger)
        let hostname = HostName.current
        let reports = ReportDesk(settings: settings, state: state, store: mail, hostname: hostname, logger: logger)
        let faces = Faces(
            settings: settings, state: state, mail: mail, desk: desk, reports: reports, encryption: encryption, hostname: hostname,
            logger: logger)

        // Their sockets.
        let hub = ConnectionHub(logger: logger)
        let sending = try Sending(
            settings: settings, state: state, store: mail, hub: hub, reports: reports, hostname: hostname, logger: logger)
        let interfaces = LiveInterfaces(logger: logger)
        let kept = KeptSockets(AdoptedSockets.take())
        let listeners = await Listeners(
            faces.services, on: hub, following: settings, interfaces, kept: kept, logger: logger)
        let gatekeeper = GatekeeperClient()
        let access = AccessWish(gatekeeper, following: settings, logger: logger)
        let units = ListenerFile(beside: options.settings, logger).map {
            SocketUnitsWish(gatekeeper, $0, following: settings, listeners.troubles, logger: logger)
        }
        let readiness = Readiness(hub: hub, logger: logger)

        // Long work.
        let tasks = TaskService(
            state: state, store: mail, settings: settings, standard: folder.mail, gatekeeper: gatekeeper, logger: logger)

        // Programs of this machine.
        let letters = LetterBox(
            DropFolder(options.dropFolder),
            IntakeServices(
                settings: settings, state: state, store: mail, hostname: hostname, isUser: { SystemUsers.exists($0) }, logger: logger))

        // An operator.
        let admin = AdminSocket(
            path: folder.adminSocket,
            services: AdminServices(
                settings: settings, settingsFile: file, state: state, store: mail, certificates: certificates.desk,
                sending: sending.control, version: version,
                services: {
                    ServiceFacts.all(
                        settings.current, on: interfaces.current, listening: hub.listening, connections: hub.counts,
                        certificates: certificates.held, at: Int64(time(nil)), handedOver: kept.wasHandedOver,
                        trouble: listeners.troubles.reason)
                },
                warnings: { certificates.warnings + encryption.troubles + letters.sentences },
                tasks: tasks.desk, gateway: GatewayFacts(settings, interfaces, gatekeeper).gateway,
                reset: reset.desk(state, mail, begin: TaskService.beginAnewSoon), logger: logger),
            onListening: { readiness.announce() })

        // Up in this order, down in the opposite one: sessions end, then the operators' door closes, then the stores.
        let reloader = Reloader(file: file, settings: settings, logger: logger)
        let parts: [(any ServiceLifecycle.Service)?] = [
            stores, tasks, admin, certificates, sending, letters.service, access, units, listeners, reloader, readiness,
        ]
        var group = ServiceGroupConfiguration(
            services: parts.compactMap(\.self).map {
                .init(service: $0, successTerminationBehavior: .ignore, failureTerminationBehavior: .gracefullyShutdownGroup)
            },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        group.maximumGracefulShutdownDuration = .seconds(9)
        try await ServiceGroup(configuration: group).run()
        logger.info("stopped", metadata: ["event": "\(JournalEvent.stopped.rawValue)"])
        return TaskService.beginsAnew ? TaskService.anewStatus : 0
    }

    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(.warning, logger.logLevel)
        return logger
    }
}
