internal import AdminContract
internal import AdminServer
internal import Connections
internal import Delivery
internal import Host
internal import Logging
internal import MailCore
internal import MailSettings
internal import MailStore
internal import Resolver
internal import ServiceLifecycle
internal import StateStore

/// The part that sends mail to other servers, from the start to the stop.
struct Sending: ServiceLifecycle.Service {
    let dispatcher: Dispatcher
    private let names: NameService

    init(
        settings: LiveSettings, state: StateStore, store: MailStore, hub: ConnectionHub, reports: ReportDesk, hostname: String,
        logger: Logger
    ) throws {
        names = try NameService(settings.current, logger: logger)
        dispatcher = Dispatcher(
            DispatcherServices(
                settings: settings, state: state, store: store, hub: hub, dns: names.dns, reports: reports, hostname: hostname,
                isOwn: { address, port in
                    hub.addresses.values.joined().contains { $0.port == port } && OwnAddresses.contains(address)
                }, logger: logger))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await names.run() }
                await dispatcher.run()
                group.cancelAll()
            }
        }
        names.close()
    }

    var control: SendingControl {
        SendingControl(
            tryHostsAgain: { [dispatcher] in dispatcher.forgetBackoff() },
            testRelay: { [dispatcher] in
                await dispatcher.probeRelay().map { RelayTest.Step(name: $0.name, isOK: $0.isOK, words: $0.words) }
            }, validation: { [names] in names.validation })
    }
}
