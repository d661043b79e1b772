internal import MailCore

/// One fact about links, addresses or routes, from rtnetlink. rtnetlink(7)
enum LinkFact: Hashable, Sendable {
    case link(NetworkInterface)
    case address(index: Int, NetworkInterface.Address)
    case defaultRoute(index: Int)

    /// What a message of a dump says; a route to several gateways says several things. Empty for what is of no interest to us.
    static func all(in message: NetlinkMessage) -> [LinkFact] {
        switch message.type {
        case Kernel.newLink: link(message).map { [$0] } ?? []
        case Kernel.newAddress: address(message).map { [$0] } ?? []
        case Kernel.newRoute: routes(message)
        default: []
        }
    }

    /// Whether a message of the monitor may have changed anything that we tell of. Routes to a part of the world, which may come and
    /// go by the thousand, do not.
    static func isOfInterest(_ message: NetlinkMessage) -> Bool {
        switch message.type {
        case Kernel.newLink, Kernel.deleteLink, Kernel.newAddress, Kernel.deleteAddress: true
        case Kernel.newRoute, Kernel.deleteRoute: isDefaultRoute(message)
        default: false
        }
    }

    /// struct ifinfomsg: family, padding, type (16 bits), index, flags, change.
    private static func link(_ message: NetlinkMessage) -> LinkFact? {
        guard let type = message.payload.number(UInt16.self, at: 2), let index = message.payload.number(Int32.self, at: 4), index > 0,
            let flags = message.payload.number(UInt32.self, at: 8)
        else { return nil }
        let parts = message.attributes(behind: 16).byType
        guard let name = parts[3]?.netlinkText, !name.isEmpty else { return nil }
        let isLoopback = flags & 0x8 != 0
        let kind = parts[18]?.nested[1]?.netlinkText ?? (isLoopback ? "loopback" : type == 1 ? "ethernet" : type == 512 ? "ppp" : "other")
        return .link(
            NetworkInterface(
                name: name, index: Int(index), kind: kind, isUp: flags & 0x1 != 0, isRunning: flags & 0x40 != 0, isLoopback: isLoopback))
    }

    /// struct ifaddrmsg: family, prefix length, flags, scope, index.
    private static func address(_ message: NetlinkMessage) -> LinkFact? {
        guard let prefix = message.payload.number(UInt8.self, at: 1), let index = message.payload.number(UInt32.self, at: 4)
        else { return nil }
        let parts = message.attributes(behind: 8).byType
        // On a point-to-point link the first is the other end's.
        guard let octets = parts[2] ?? parts[1], let address = IPAddress(octets: Array(octets)) else { return nil }
        return .address(index: Int(index), NetworkInterface.Address(address, prefixLength: Int(prefix)))
    }

    /// struct rtmsg: family, destination's and source's length, tos, table, protocol, scope, type, flags.
    private static func isDefaultRoute(_ message: NetlinkMessage) -> Bool {
        let (mainTable, unicast): (UInt8, UInt8) = (254, 1)
        guard let family = message.payload.first, [2, 10].contains(family) else { return false }
        return message.payload.number(UInt8.self, at: 1) == 0 && message.payload.number(UInt8.self, at: 4) == mainTable
            && message.payload.number(UInt8.self, at: 7) == unicast
    }

    private static func routes(_ message: NetlinkMessage) -> [LinkFact] {
        guard isDefaultRoute(message) else { return [] }
        let parts = message.attributes(behind: 12).byType
        if let index = parts[4]?.number(Int32.self, at: 0), index > 0 { return [.defaultRoute(index: Int(index))] }
        // struct rtnexthop: length (16 bits), flags, hops, index; attributes up to the length.
        var facts: [LinkFact] = []
        var rest = parts[9] ?? []
        while let length = rest.number(UInt16.self, at: 0).map(Int.init), length >= 8, length <= rest.count,
            let index = rest.number(Int32.self, at: 4)
        {
            if index > 0 { facts.append(.defaultRoute(index: Int(index))) }
            rest = rest.dropFirst((length + 3) / 4 * 4)
        }
        return facts
    }
}

extension [NetworkInterface] {
    /// What messages of dumps tell, in any mixture, by the interfaces' numbers; addresses in the kernel's order, each once.
    public init(reading messages: [NetlinkMessage]) {
        var byIndex: [Int: NetworkInterface] = [:]
        var others: [LinkFact] = []
        for fact in messages.lazy.flatMap(LinkFact.all) {
            if case .link(let interface) = fact { byIndex[interface.index] = interface } else { others.append(fact) }
        }
        for fact in others {
            switch fact {
            case .link: break
            case .address(let index, let address):
                guard byIndex[index]?.addresses.contains(address) == false else { continue }
                byIndex[index]?.addresses.append(address)
            case .defaultRoute(let index): byIndex[index]?.hasDefaultRoute = true
            }
        }
        self = byIndex.values.sorted { $0.index < $1.index }
    }
}
