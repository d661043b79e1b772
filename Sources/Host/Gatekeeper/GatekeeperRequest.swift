public import Netlink

/// What the daemon may ask of the gatekeeper. Typed, never rule text and never a path.
public enum GatekeeperRequest: Hashable, Sendable {
    /// Keep the firewall so that this plan holds.
    case hold(AccessPlan)
    /// Take every rule of ours away, at once.
    case clear
    /// The daemon ends in good order: take the rules away unless another one asks for them soon.
    case leave
    /// Tell what the kernel has.
    case report
    /// Tell what becomes of connections to this port.
    case explain(port: UInt16)
    /// Make the folder for mail on the drive with this device number, for the daemon's user.
    case prepareMount(major: UInt32, minor: UInt32)
    /// Make the socket units anew from what the daemon has written.
    case regenerateSockets
}

/// What the gatekeeper answers.
public enum GatekeeperAnswer: Hashable, Sendable {
    case done
    case report(AccessReport)
    /// One sentence.
    case refused(String)
}

/// Both sides' limits of a message; what is longer is refused unread.
public enum GatekeeperLimits {
    public static let request = 64 * 1024
    public static let answer = 8 * 1024 * 1024
}
