internal import Connections
internal import MailCore
internal import MailSettings
internal import Netlink

/// Which service listens where: a pure function of the settings and the interfaces, so that whatever else follows it (the firewall)
/// cannot disagree.
struct ListenPlan: Hashable {
    struct Entry: Hashable, Comparable {
        var service: String
        var address: ListenAddress
        /// The kernel's number of the interface: one that is made again under its name needs a new socket.
        var interfaceIndex: Int?

        static func < (a: Entry, b: Entry) -> Bool { (a.service, "\(a.address)") < (b.service, "\(b.address)") }
    }

    var entries: Set<Entry> = []

    /// A service that the settings want, before it is said where.
    struct Service: Hashable {
        var name: String
        var port: Int
        /// Names, patterns and addresses; none means all.
        var interfaces: [String]
    }

    /// Every service that the settings want.
    static func services(_ settings: Settings) -> [Service] {
        ServiceDeclaration.all.filter { $0.isEnabled(settings) }.map { service in
            let interfaces =
                switch service.side {
                case .smtp: settings.smtp.interfaces
                case .mailbox: settings.mailbox.interfaces
                }
            return Service(name: service.name, port: service.port(settings), interfaces: interfaces)
        }
    }

    static func wanted(_ settings: Settings, on present: [NetworkInterface] = []) -> ListenPlan {
        var plan = ListenPlan()
        for service in services(settings) { plan.add(service, present) }
        return plan
    }

    /// An interface that is not there has no socket until it comes. Loopback stays open beside what is chosen, for local web mail,
    /// unless it is said which of its addresses.
    private mutating func add(_ service: Service, _ present: [NetworkInterface]) {
        guard !service.interfaces.isEmpty else {
            entries.insert(Entry(service: service.name, address: .all(port: service.port)))
            return
        }
        let addresses = service.interfaces.compactMap { IPAddress($0) }
        let patterns = service.interfaces.filter { IPAddress($0) == nil }
        guard !patterns.isEmpty else {
            let loopback = present.filter(\.isLoopback).flatMap(\.addresses).map(\.address)
            let all = addresses + (addresses.contains(where: loopback.contains) ? [] : loopback)
            for address in all { entries.insert(Entry(service: service.name, address: .address(address, port: service.port))) }
            return
        }
        // One address beside whole interfaces is served through the interface that has it: the kernel takes no socket of an address
        // beside one that has a device's every address.
        for interface in present {
            let isChosen = patterns.contains { InterfacePattern.covers($0, interface.name) }
            guard isChosen || interface.isLoopback || interface.addresses.contains(where: { addresses.contains($0.address) }) else {
                continue
            }
            entries.insert(
                Entry(
                    service: service.name, address: .interface(interface.name, port: service.port), interfaceIndex: interface.index))
        }
    }

    /// What leads from here to `next`: these are closed before anything is bound, because they are in the way; these are bound;
    /// these are closed when that has worked.
    func steps(to next: ListenPlan) -> (closeFirst: Set<Entry>, bind: [Entry], closeLast: Set<Entry>) {
        let bind = next.entries.subtracting(entries).sorted()
        let leaving = entries.subtracting(next.entries)
        let inTheWay = leaving.filter { old in bind.contains { $0.isInTheWay(of: old) } }
        return (inTheWay, bind, leaving.subtracting(inTheWay))
    }
}

extension ListenPlan.Entry {
    /// Whether the kernel lets one socket only have it. An interface that has another name now is the same one.
    fileprivate func isInTheWay(of other: Self) -> Bool {
        address == other.address || address.excludes(other.address)
            || interfaceIndex != nil && interfaceIndex == other.interfaceIndex && address.port == other.address.port
    }
}
