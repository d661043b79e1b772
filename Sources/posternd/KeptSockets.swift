internal import Connections
internal import Glibc
internal import Host
internal import MailCore
internal import Synchronization

/// The listening sockets that systemd has for us: those of its socket units, and those that we gave it to keep over a restart. Known
/// by their names, which follow from what is listened on.
final class KeptSockets: Sendable {
    private let waiting: Mutex<[String: Int32]>
    /// Where we listen on what systemd gave us.
    private let adopted = Mutex<Set<ListenPlan.Entry>>([])

    /// Takes what systemd handed over. Of two with one name the first counts.
    init(_ adopted: [AdoptedSockets.Socket]) {
        var byName: [String: Int32] = [:]
        for socket in adopted {
            if byName[socket.name] == nil { byName[socket.name] = socket.descriptor } else { Glibc.close(socket.descriptor) }
        }
        waiting = Mutex(byName)
    }

    /// The socket for this entry, when there is one. The caller owns it.
    func take(_ entry: ListenPlan.Entry) -> Int32? {
        let descriptor = waiting.withLock { $0.removeValue(forKey: entry.socketName) }
        if descriptor != nil { adopted.withLock { _ = $0.insert(entry) } }
        return descriptor
    }

    /// Whether the service's socket there is one that systemd gave us.
    func wasHandedOver(_ service: String, _ address: ListenAddress) -> Bool {
        adopted.withLock { $0.contains { $0.service == service && $0.address == address } }
    }

    func keep(_ descriptor: Int32, for entry: ListenPlan.Entry) { DescriptorStore.keep(descriptor, as: entry.socketName) }
    func forget(_ entry: ListenPlan.Entry) {
        adopted.withLock { _ = $0.remove(entry) }
        DescriptorStore.forget(entry.socketName)
    }

    /// What nobody took is closed, here and with systemd.
    func closeUnused() {
        let unused = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        for (name, descriptor) in unused {
            DescriptorStore.forget(name)
            Glibc.close(descriptor)
        }
    }
}

extension ListenPlan.Entry {
    /// `smtp-25` on every address, as the socket units have it; `smtp-25@lan0.7` on an interface with its number, `smtp-25@192.0.2.1`.
    /// systemd allows no colon in it.
    var socketName: String {
        let name = "\(service)-\(address.port)"
        return switch address {
        case .all: name
        case .interface(let interface, _): "\(name)@\(interface).\(interfaceIndex ?? 0)"
        case .address(let address, _): "\(name)@\(address.description.replacing(":", with: "_"))"
        }
    }
}
