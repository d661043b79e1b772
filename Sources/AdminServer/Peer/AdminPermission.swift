internal import Glibc

/// Who may use the admin socket.
public struct AdminPermission: Sendable {
    /// May block: user databases can be on a network.
    let permits: @Sendable (PeerCredentials) -> Bool

    public init(permits: @escaping @Sendable (PeerCredentials) -> Bool) { self.permits = permits }

    /// Root, the user that the daemon runs as, and the members of the group `postern-admin`.
    public static let operators = AdminPermission { peer in
        peer.user == 0 || peer.user == geteuid() || OperatorGroup.contains(peer)
    }
}

/// The system's group of those who may administer the mail server.
enum OperatorGroup {
    static let name = "postern-admin"

    /// `nil` when the system has no such group.
    static var id: gid_t? {
        var record = group()
        var found: UnsafeMutablePointer<group>?
        var room = [CChar](repeating: 0, count: 65536)
        guard getgrnam_r(name, &record, &room, room.count, &found) == 0, found != nil else { return nil }
        return record.gr_gid
    }

    /// Its primary group, or one of the groups that the user database gives to its user.
    static func contains(_ peer: PeerCredentials) -> Bool {
        guard let id else { return false }
        if peer.group == id { return true }
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 65536)
        // the name points into `room`, so it is used while that is held
        return room.withUnsafeMutableBufferPointer { room in
            guard let base = room.baseAddress, getpwuid_r(peer.user, &record, base, room.count, &found) == 0, found != nil else {
                return false
            }
            var groups = [gid_t](repeating: 0, count: 1024)
            var count = Int32(groups.count)
            guard getgrouplist(record.pw_name, record.pw_gid, &groups, &count) >= 0 else { return false }
            return groups.prefix(Int(count)).contains(id)
        }
    }
}
