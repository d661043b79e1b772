public import MailCore

/// A network interface of the machine at one moment.
public struct NetworkInterface: Hashable, Sendable {
    public struct Address: Hashable, Sendable {
        public var address: IPAddress
        public var prefixLength: Int

        public init(_ address: IPAddress, prefixLength: Int) {
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    public var name: String
    /// The kernel's number. An interface that is made again under its name has another one.
    public var index: Int
    /// `veth`, `bridge`, `ppp` as the kernel calls it; `ethernet` or `loopback` when it has no name for it.
    public var kind: String
    /// Switched on by the administrator.
    public var isUp: Bool
    /// Has a carrier: packets can come and go.
    public var isRunning: Bool
    public var isLoopback: Bool
    public var addresses: [Address]
    /// Packets to the whole world leave here.
    public var hasDefaultRoute: Bool

    public init(
        name: String, index: Int, kind: String, isUp: Bool = true, isRunning: Bool = true, isLoopback: Bool = false,
        addresses: [Address] = [], hasDefaultRoute: Bool = false
    ) {
        self.name = name
        self.index = index
        self.kind = kind
        self.isUp = isUp
        self.isRunning = isRunning
        self.isLoopback = isLoopback
        self.addresses = addresses
        self.hasDefaultRoute = hasDefaultRoute
    }
}

/// What a person may write for interfaces: a name, or the beginning of names and a star (`ppp*`).
public enum InterfacePattern {
    /// Whether it can be one: up to 15 octets, no blank, slash, colon or control character; a star only at the end. dev_valid_name()
    public static func isValid(_ text: String) -> Bool {
        let octets = Array(text.utf8)
        guard (1...15).contains(octets.count), text != ".", text != ".." else { return false }
        let name = octets.last == UInt8(ascii: "*") ? octets.dropLast() : octets[...]
        return name.allSatisfy {
            $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "*") && $0 != 34
        }
    }

    public static func isPattern(_ text: String) -> Bool { text.utf8.last == UInt8(ascii: "*") }

    /// Whether everything that `other` (a name or a pattern) means is meant by `pattern`.
    public static func covers(_ pattern: String, _ other: String) -> Bool {
        guard isPattern(pattern) else { return pattern == other }
        return other.utf8.starts(with: pattern.utf8.dropLast())
    }
}
