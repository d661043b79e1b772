internal import MailCore
public import Netlink

/// A plan in the gatekeeper's words: also what it keeps for its own next start.
extension AccessPlan {
    public var text: String {
        var lines = [["scope", scope.rawValue], ["position", position.rawValue]]
        if !internalInterfaces.isEmpty { lines.append(["internal"] + internalInterfaces) }
        if makesChains { lines.append(["make-chains"]) }
        lines += chains.map { ["chain", $0.description] }
        lines += services.map { ["service", $0.name, $0.ports.map(String.init).joined(separator: ",")] + $0.interfaces }
        return lines.map(GatekeeperText.line).joined()
    }

    /// More than any settings ask for.
    private static let mostServices = 64
    private static let mostChains = 16
    private static let mostInterfaces = 128

    /// `nil` when a line is not of a plan's, or says more than a plan may. Everything that ends up in a rule is looked at here.
    init?(lines: some Sequence<[String]>) {
        self.init(services: [], chains: [])
        for line in lines {
            let values = Array(line.dropFirst())
            switch line[0] {
            case "scope":
                guard values.count == 1, let scope = Scope(rawValue: values[0]) else { return nil }
                self.scope = scope
            case "position":
                guard values.count == 1, let position = Position(rawValue: values[0]) else { return nil }
                self.position = position
            case "internal":
                guard values.count <= Self.mostInterfaces, values.allSatisfy(InterfacePattern.isValid) else { return nil }
                internalInterfaces = values
            case "make-chains":
                guard values.isEmpty else { return nil }
                makesChains = true
            case "chain":
                guard values.count == 1, let chain = ChainName(values[0]), [.inet, .ip, .ip6].contains(chain.table.family) else {
                    return nil
                }
                chains.append(chain)
            case "service":
                guard let service = Service(values) else { return nil }
                services.append(service)
            default: return nil
            }
        }
        guard services.count <= Self.mostServices, chains.count <= Self.mostChains, Set(services.map(\.name)).count == services.count
        else { return nil }
    }

    /// What `text` wrote.
    public init?(parsing octets: some Collection<UInt8>) {
        guard let lines = GatekeeperText.lines(Array(octets) + [UInt8(ascii: "\n")]) else { return nil }
        self.init(lines: lines)
    }
}

extension AccessPlan.Service {
    /// Name, ports, interfaces.
    fileprivate init?(_ values: [String]) {
        guard values.count >= 2, (1...32).contains(values[0].utf8.count),
            values[0].utf8.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") })
        else { return nil }
        let ports = values[1].parts(at: ",", keepingEmpty: true).map {
            UInt32(digits: $0).flatMap(UInt16.init(exactly:))
        }
        guard (1...16).contains(ports.count), ports.allSatisfy({ $0 != nil && $0 != 0 }) else { return nil }
        let interfaces = Array(values.dropFirst(2))
        guard interfaces.count <= 128, interfaces.allSatisfy({ IPAddress($0) != nil || InterfacePattern.isValid($0) }) else { return nil }
        self.init(values[0], ports: ports.compactMap { $0 }, interfaces: interfaces)
    }
}
