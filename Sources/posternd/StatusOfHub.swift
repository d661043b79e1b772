internal import AdminContract
internal import Connections
internal import MailCore

extension ConnectionHub {
    /// The services as an operator sees them, by name.
    var facts: [StatusFacts.Service] {
        let addresses = addresses
        return counts.sorted { $0.key < $1.key }.map { name, connections in
            StatusFacts.Service(name: name, addresses: (addresses[name] ?? []).map(\.description).sorted(), connections: connections)
        }
    }
}
