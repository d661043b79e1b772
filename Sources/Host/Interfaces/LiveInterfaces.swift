internal import Glibc
public import Logging
internal import MailCore
public import Netlink
internal import Synchronization

/// The interfaces that there are now. A thread listens to the kernel and tells of every change.
public final class LiveInterfaces: Sendable {
    private struct State {
        var current: [NetworkInterface]
        var listeners: [@Sendable ([NetworkInterface]) -> Void] = []
    }

    private let state: Mutex<State>

    /// Events come in bursts: an interface that appears is told of five times. Longer than one, shorter than anybody notices.
    private static let settling: UInt32 = 50_000
    /// When events were lost or none told of a change. In milliseconds.
    private static let lookEvery: Int32 = 60_000

    /// These and no others, for ever: for tests.
    public init(fixed interfaces: [NetworkInterface]) { state = Mutex(State(current: interfaces)) }

    /// Where the kernel does not tell (a sandbox without netlink), there are none, and that is said in the journal.
    public init(logger: Logger) {
        state = Mutex(State(current: []))
        do throws(NetlinkError) {
            let links = try Links()
            let first = try links.read()
            state.withLock { $0.current = first }
        } catch {
            Self.complain(error, logger)
            return
        }
        SystemThread.start("interfaces") { [weak self] in Self.follow({ self?.replace($0) != nil }, logger) }
    }

    public var current: [NetworkInterface] { state.withLock { $0.current } }

    /// `body` is called after every change, on the thread that listens, as long as this object lives.
    public func onChange(_ body: @escaping @Sendable ([NetworkInterface]) -> Void) { state.withLock { $0.listeners.append(body) } }

    private func replace(_ interfaces: [NetworkInterface]) {
        let listeners = state.withLock { state -> [@Sendable ([NetworkInterface]) -> Void] in
            guard state.current != interfaces else { return [] }
            state.current = interfaces
            return state.listeners
        }
        for listener in listeners { listener(interfaces) }
    }

    /// Until nobody wants to know any more. What fails is tried again: the machine has interfaces whatever happens.
    private static func follow(_ tell: ([NetworkInterface]) -> Bool, _ logger: Logger) {
        while true {
            do throws(NetlinkError) {
                let links = try Links()
                while tell(try links.read()) {
                    repeat {
                        var waiting = pollfd(fd: links.eventDescriptor, events: Int16(POLLIN), revents: 0)
                        if poll(&waiting, 1, lookEvery) == 0 { break }
                        usleep(settling)
                    } while !links.takeEvents()
                }
                return
            } catch {
                complain(error, logger)
                sleep(1)
            }
        }
    }

    private static func complain(_ error: NetlinkError, _ logger: Logger) {
        logger.error("The interfaces cannot be followed: \(error)", metadata: ["event": "\(JournalEvent.worldFailed.rawValue)"])
    }
}
