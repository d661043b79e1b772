internal import Glibc

/// The users of this machine. getpwnam(3)
public enum SystemUsers {
    private static let room = 16384

    public static func exists(_ name: String) -> Bool {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: room)
        return getpwnam_r(name, &entry, &room, room.count, &found) == 0 && found != nil
    }

    /// `nil` when nobody has this number.
    static func name(of user: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: room)
        guard getpwuid_r(user, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.pw_name)
    }
}
