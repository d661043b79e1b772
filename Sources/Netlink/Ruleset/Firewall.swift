/// The kernel's firewall, as one thread speaks with it.
public final class Firewall {
    private let socket: NetlinkSocket
    private let monitor: NetlinkSocket

    /// Throws when the kernel has no nf_tables, or does not let us.
    public init() throws(NetlinkError) {
        socket = try NetlinkSocket(Kernel.netlinkNetfilter)
        monitor = try NetlinkSocket(Kernel.netlinkNetfilter)
        try monitor.join(Kernel.nftablesGroup)
    }

    /// Becomes readable when somebody changed the rules; `takeEvents` then.
    public var eventDescriptor: Int32 { monitor.descriptor }
    public func takeEvents() { _ = monitor.events() }

    /// Changes whenever anything in the rules does: cheap to ask.
    public func generation() throws(NetlinkError) -> UInt32? {
        let answer = try socket.ask(Kernel.getGeneration, head: [0, 0, 0, 0], named: "the rules' generation")
        return answer.attributes(behind: 4).byType[1]?.big32
    }

    /// All tables, chains and rules. Of the sets only those are looked into that rules of such chains use for which `isOpened` holds:
    /// a gateway's block lists may be long.
    public func read(sets isOpened: (Ruleset.Chain) -> Bool) throws(NetlinkError) -> Ruleset {
        var lastProblem = NetlinkError.unsteady("the rules")
        for _ in 0..<5 {
            do throws(NetlinkError) {
                let before = try generation()
                let ruleset = try readOnce(isOpened)
                if try generation() == before { return ruleset }
            } catch {
                // A set may be gone between two questions.
                guard error.isAbsence else { throw error }
                lastProblem = error
            }
        }
        throw lastProblem
    }

    private func readOnce(_ isOpened: (Ruleset.Chain) -> Bool) throws(NetlinkError) -> Ruleset {
        let everything: [UInt8] = [0, 0, 0, 0]
        var messages = try socket.dump(Kernel.getTable, head: everything, named: "the tables")
        messages += try socket.dump(Kernel.getChain, head: everything, named: "the chains")
        messages += try socket.dump(Kernel.getRule, head: everything, named: "the rules")
        let ruleset = Ruleset(reading: messages)
        let wanted = ruleset.setNames(in: Set(ruleset.chains.filter(isOpened).map(\.name)))
        guard !wanted.isEmpty else { return ruleset }
        for message in try socket.dump(Kernel.getSet, head: everything, named: "the sets") {
            guard let (name, contents) = Ruleset.set(message), wanted.contains(name) else { continue }
            messages.append(message)
            if !contents.isOpaque { messages += try elements(of: name) }
        }
        return Ruleset(reading: messages)
    }

    private func elements(of name: SetName) throws(NetlinkError) -> [NetlinkMessage] {
        try socket.dump(Kernel.getSetElement, head: name.table.family.head, named: "the set \(name.name)") { writer in
            writer.attribute(1, name.table.name)
            writer.attribute(2, name.name)
        }
    }

    /// Does all of it or nothing.
    func transact(_ messages: [NFTMessage]) throws(NetlinkError) { try socket.transact(messages, named: "changing the rules") }
}
