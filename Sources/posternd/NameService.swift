internal import Logging
internal import MailCore
internal import MailSettings
internal import Resolver

/// The domain name system as the settings want it: validated, plain, or validated as long as that works.
struct NameService: Sendable {
    let dns: any DNS
    private let resolvers: [Unbound]
    private let probed: ProbedDNS?
    private let fixed: String

    /// How long the name servers have to show that signatures come through: mail waits for that once, after the start.
    private static let probeTimeout = Duration.seconds(5)

    init(_ settings: Settings, logger: Logger) throws {
        let settings = settings.dns
        var configuration = Unbound.Configuration(
            servers: settings.servers, anchorFile: settings.trustAnchorFile.isEmpty ? nil : settings.trustAnchorFile,
            timeout: settings.timeout)
        let validating = settings.validate == .off ? nil : try Unbound(configuration)
        var probing = configuration
        probing.timeout = min(settings.timeout, Self.probeTimeout)
        configuration.validates = false
        let plain = settings.validate == .on ? nil : try Unbound(configuration)
        resolvers = [validating, plain].compactMap(\.self)
        fixed = settings.validate == .on ? "answers are validated" : "answers are not validated"
        if let validating, let plain {
            let probed = ProbedDNS(
                validating: validating, plain: plain, probe: { [probing] in await Unbound.trouble(with: probing) },
                changed: { Self.tell($0, logger) })
            self.probed = probed
            dns = probed
        } else {
            probed = nil
            dns = resolvers[0]
        }
    }

    func run() async { await probed?.run() }

    func close() { for resolver in resolvers { resolver.close() } }

    /// For an operator.
    var validation: String {
        switch probed?.standing {
        case .none: fixed
        case .unknown: "whether answers can be validated is being tried"
        case .proved: "answers are validated"
        case .doubted(let reason): "answers are not validated: \(reason)"
        }
    }

    private static func tell(_ standing: ProbedDNS.Standing, _ logger: Logger) {
        let metadata: Logger.Metadata = ["event": .string(JournalEvent.dnsValidation.rawValue)]
        switch standing {
        case .unknown: break
        case .proved: logger.info("The name servers hand signatures on: their answers are validated.", metadata: metadata)
        case .doubted(let reason):
            logger.notice(
                "The name servers' answers cannot be validated (\(reason)): mail goes without what signed DNS says of its servers.",
                metadata: metadata)
        }
    }
}
