internal import Glibc

/// Something between us and the kernel went wrong.
public enum NetlinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kernel refused, or a system call failed: what we wanted, and the error number.
    case refused(String, errno: Int32)
    /// No answer within the time limit.
    case silent(String)
    /// What was read kept changing under our hands.
    case unsteady(String)
    /// More came than we are ready to hold.
    case tooMuch(String)

    public var description: String {
        switch self {
        case .refused(let what, let errno): "\(what): \(String(cString: strerror(errno)))"
        case .silent(let what): "\(what): the kernel did not answer in time"
        case .unsteady(let what): "\(what): it changed each time it was read"
        case .tooMuch(let what): "\(what): there is too much of it"
        }
    }

    /// The thing that was named does not exist.
    public var isAbsence: Bool {
        if case .refused(_, ENOENT) = self { true } else { false }
    }
}

/// One netlink socket, for one thread at a time.
final class NetlinkSocket {
    let descriptor: Int32
    private var sequence: UInt32 = 1
    private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

    /// In octets: every service on each of a gateway's 4094 VLANs.
    private static let largestBatch: Int32 = 2 << 20

    /// Dumps end there: 64 MiB of messages are more than any gateway's rules without their big sets.
    static let mostMessages = 200_000

    /// `groups`: multicast groups of the classic 32, joined at once.
    init(_ netlinkProtocol: Int32, groups: UInt32 = 0) throws(NetlinkError) {
        let kind = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(AF_NETLINK, kind, netlinkProtocol)
        guard descriptor >= 0 else { throw .refused("netlink socket", errno: errno) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        // A batch is sent in one piece, and one with thousands of interfaces is larger than what a socket usually takes. Who may change
        // the firewall may ask for more.
        var room = Self.largestBatch
        let sendBufferForce: Int32 = 32
        setsockopt(descriptor, SOL_SOCKET, sendBufferForce, &room, socklen_t(MemoryLayout<Int32>.size))
        // struct sockaddr_nl: family, padding, port (0: the kernel chooses), groups.
        let name = UInt16(AF_NETLINK).hostOctets + [0, 0, 0, 0, 0, 0] + groups.hostOctets
        let isBound = name.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: sockaddr.self) { bind(descriptor, $0.baseAddress, socklen_t(raw.count)) == 0 }
        }
        guard isBound else {
            let reason = errno
            close(descriptor)
            throw .refused("netlink socket", errno: reason)
        }
    }

    deinit { close(descriptor) }

    /// Joins a group beyond the classic 32's bit mask.
    func join(_ group: Int32) throws(NetlinkError) {
        let (solNetlink, addMembership): (Int32, Int32) = (270, 1)
        var group = group
        guard setsockopt(descriptor, solNetlink, addMembership, &group, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .refused("netlink group \(group)", errno: errno)
        }
    }

    /// Asks for everything of a kind. Begins again when the kernel says that it changed meanwhile.
    func dump(_ type: UInt16, head: [UInt8], named what: String, _ body: (inout NetlinkWriter) -> Void = { _ in })
        throws(NetlinkError) -> [NetlinkMessage]
    {
        for _ in 0..<8 {
            sequence &+= 1
            var writer = NetlinkWriter()
            writer.message(type, flags: Kernel.request | Kernel.dump, sequence: sequence, head: head, body)
            try send(writer.octets, what)
            if let messages = try gather(what) { return messages }
        }
        throw .unsteady(what)
    }

    /// Asks one question that has one answer.
    func ask(_ type: UInt16, head: [UInt8], named what: String) throws(NetlinkError) -> NetlinkMessage {
        sequence &+= 1
        var writer = NetlinkWriter()
        writer.message(type, flags: Kernel.request, sequence: sequence, head: head)
        try send(writer.octets, what)
        while true {
            for message in try receive(what) where message.sequence == sequence {
                if let number = message.errorNumber, number != 0 { throw .refused(what, errno: number) }
                return message
            }
        }
    }

    /// Sends one atomic batch of nf_tables messages. Throws the kernel's first refusal; then nothing of it was done.
    func transact(_ messages: [NFTMessage], named what: String) throws(NetlinkError) {
        guard !messages.isEmpty else { return }
        let first = sequence &+ 1
        var writer = NetlinkWriter()
        let batchHead: [UInt8] = [0, 0] + (Kernel.nftables >> 8).networkOctets
        writer.message(Kernel.batchBegin, flags: Kernel.request, sequence: first, head: batchHead)
        sequence = first
        for (number, message) in messages.enumerated() {
            sequence &+= 1
            message.write(to: &writer, sequence: sequence, wantsAnswer: number == messages.count - 1)
        }
        let last = sequence
        sequence &+= 1
        writer.message(Kernel.batchEnd, flags: Kernel.request, sequence: sequence, head: batchHead)
        try send(writer.octets, what)
        // Only the last message asks for an acknowledgement; an error may come for any, also for the batch itself. They come in order.
        while true {
            for message in try receive(what) where message.sequence &- first <= sequence &- first {
                guard let number = message.errorNumber else { continue }
                if number != 0 {
                    _ = events()
                    throw .refused(what, errno: number)
                }
                if message.sequence == last { return }
            }
        }
    }

    /// What has come since, without waiting; `nil` when some of it was lost because we were too slow.
    func events() -> [NetlinkMessage]? {
        var messages: [NetlinkMessage] = []
        while messages.count < Self.mostMessages {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == ENOBUFS { return nil }
            guard count > 0 else { return messages }
            messages += NetlinkMessage.all(in: Array(buffer[..<count]))
        }
        return nil
    }

    /// All messages of the dump that was asked for last; `nil` when it has to be asked for again.
    private func gather(_ what: String) throws(NetlinkError) -> [NetlinkMessage]? {
        var messages: [NetlinkMessage] = []
        var isSteady = true
        while true {
            for message in try receive(what) where message.sequence == sequence {
                if message.flags & Kernel.dumpWasInterrupted != 0 { isSteady = false }
                if message.type == Kernel.done { return isSteady ? messages : nil }
                if let number = message.errorNumber {
                    guard number == EINTR || number == EAGAIN else { throw .refused(what, errno: number) }
                    return nil
                }
                guard messages.count < Self.mostMessages else { throw .tooMuch(what) }
                messages.append(message)
            }
        }
    }

    private func receive(_ what: String) throws(NetlinkError) -> [NetlinkMessage] {
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count >= 0 { return NetlinkMessage.all(in: Array(buffer[..<count])) }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .silent(what)
            default: throw .refused(what, errno: errno)
            }
        }
    }

    private func send(_ octets: [UInt8], _ what: String) throws(NetlinkError) {
        while true {
            let count = octets.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
            if count == octets.count { return }
            guard count < 0, errno == EINTR else { throw .refused(what, errno: count < 0 ? errno : EMSGSIZE) }
        }
    }
}
