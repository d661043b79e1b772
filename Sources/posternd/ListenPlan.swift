internal import Connections
internal import MailCore
internal import MailSettings

/// Which service listens where: a pure function of the settings, so that whatever else follows it (the firewall) cannot disagree.
struct ListenPlan: Hashable {
    struct Entry: Hashable, Comparable {
        var service: String
        var address: ListenAddress

        static func < (a: Entry, b: Entry) -> Bool { (a.service, "\(a.address)") < (b.service, "\(b.address)") }
    }

    var entries: Set<Entry> = []

    static func wanted(_ settings: Settings) -> ListenPlan {
        var plan = ListenPlan()
        for service in ServiceDeclaration.all where service.isEnabled(settings) {
            let interfaces =
                switch service.side {
                case .smtp: settings.smtp.interfaces
                case .mailbox: settings.mailbox.interfaces
                }
            plan.add(service.name, port: service.port(settings), on: interfaces)
        }
        return plan
    }

    /// An empty list means all; an entry is an address.
    private mutating func add(_ service: String, port: Int, on interfaces: [String]) {
        guard !interfaces.isEmpty else {
            entries.insert(Entry(service: service, address: .all(port: port)))
            return
        }
        for case let address? in interfaces.map({ IPAddress($0) }) {
            entries.insert(Entry(service: service, address: .address(address, port: port)))
        }
    }

    /// What leads from here to `next`: these are closed before anything is bound, because they are in the way; these are bound;
    /// these are closed when that has worked.
    func steps(to next: ListenPlan) -> (closeFirst: Set<Entry>, bind: [Entry], closeLast: Set<Entry>) {
        let bind = next.entries.subtracting(entries).sorted()
        let leaving = entries.subtracting(next.entries)
        let inTheWay = leaving.filter { old in bind.contains { $0.address == old.address || $0.address.excludes(old.address) } }
        return (inTheWay, bind, leaving.subtracting(inTheWay))
    }
}
