internal import Glibc

/// The users of this machine. getpwnam(3)
public enum SystemUsers {
    public static func exists(_ name: String) -> Bool {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: 16384)
        return getpwnam_r(name, &entry, &room, room.count, &found) == 0 && found != nil
    }
}
