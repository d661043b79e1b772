internal import Glibc
internal import NIOCore

/// Who is at the other end of a Unix socket, as the kernel knows it: the process that connected. unix(7), SO_PEERCRED
public struct PeerCredentials: Hashable, Sendable {
    public let user: UInt32
    public let group: UInt32

    public init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// `nil` when the channel is no Unix socket.
    init?(of channel: any Channel) async {
        guard let provider = channel as? any SocketOptionProvider else { return nil }
        let asked: EventLoopFuture<Answer> = provider.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED))
        guard let found = try? await asked.get(), found.process > 0 else { return nil }
        self.init(user: found.user, group: found.group)
    }

    /// The kernel's `struct ucred`, which Glibc's module does not show.
    private struct Answer: Sendable {
        var process: Int32
        var user: UInt32
        var group: UInt32
    }
}
