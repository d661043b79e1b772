/// The machine's interfaces, as one thread asks the kernel about them.
public final class Links {
    private let socket: NetlinkSocket
    private let monitor: NetlinkSocket

    public init() throws(NetlinkError) {
        // Subscribed before the first reading, so that nothing falls between the two.
        monitor = try NetlinkSocket(Kernel.netlinkRoute, groups: Kernel.linkGroup | Kernel.addressGroups | Kernel.routeGroups)
        socket = try NetlinkSocket(Kernel.netlinkRoute)
    }

    /// Becomes readable when something about links, addresses or routes changed; `takeEvents` then.
    public var eventDescriptor: Int32 { monitor.descriptor }

    /// Whether what came means that `read` would answer otherwise. Events that were lost count.
    public func takeEvents() -> Bool { monitor.events()?.contains(where: LinkFact.isOfInterest) ?? true }

    /// Every interface of this network namespace.
    public func read() throws(NetlinkError) -> [NetworkInterface] {
        let links = try socket.dump(Kernel.getLink, head: [UInt8](repeating: 0, count: 16), named: "the interfaces")
        let addresses = try socket.dump(Kernel.getAddress, head: [UInt8](repeating: 0, count: 8), named: "the addresses")
        let routes = try socket.dump(Kernel.getRoute, head: [UInt8](repeating: 0, count: 12), named: "the routes")
        return [NetworkInterface](reading: links + addresses + routes)
    }
}
