internal import MailCore

/// The services that listen on all interfaces, in a file that the generator reads at boot, when neither the settings' parser nor the
/// state's drive may be there: one line each, `smtp 25`.
///
/// The daemon derives it from the settings at every change. When it disagrees with them (somebody edited the settings while the
/// daemon was down), the daemon closes and binds what it must at its start, and writes the file anew.
public struct ListenerList: Hashable, Sendable {
    public struct Entry: Hashable, Sendable, Comparable {
        public let service: String
        public let port: UInt16

        public init(_ service: String, _ port: UInt16) {
            self.service = service
            self.port = port
        }

        /// The name by which the socket is known to systemd and to the daemon: `smtp-25`.
        public var name: String { "\(service)-\(port)" }

        public static func < (a: Entry, b: Entry) -> Bool { (a.port, a.service) < (b.port, b.service) }
    }

    public var entries: Set<Entry>

    public init(_ entries: Set<Entry> = []) { self.entries = entries }

    /// In `/etc/postern`, beside the settings: generators run before other file systems are mounted.
    public static let usualPath = "/etc/postern/listeners"

    /// What a fresh installation listens on: the defaults of the settings.
    public static let ofDefaults = ListenerList([
        Entry("smtp", 25), Entry("submission", 587), Entry("smtps", 465), Entry("imap", 143), Entry("imaps", 993), Entry("pop3", 110),
        Entry("pop3s", 995),
    ])

    /// More lines than there can be services.
    private static let most = 64

    public var text: String {
        "# Written by posternd from its settings; read by postern-generator. Changes made here do not last.\n"
            + entries.sorted().map { "\($0.service) \($0.port)\n" }.joined()
    }

    /// Reads what `text` wrote. Lines that make no sense are left out: a service less is better than none.
    public init(parsing text: String) {
        entries = []
        for line in text.parts(at: "\n").prefix(Self.most) where !line.hasPrefix("#") {
            let words = line.parts(at: " ")
            guard words.count == 2, (1...32).contains(words[0].utf8.count),
                words[0].utf8.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }),
                let port = UInt32(digits: words[1]).flatMap(UInt16.init(exactly:)), port > 0
            else { continue }
            entries.insert(Entry(String(words[0]), port))
        }
    }
}

extension ListenerList.Entry {
    /// The unit's file name.
    public var unitName: String { "postern-\(name).socket" }

    /// The socket unit. Every connection goes to the one daemon, which takes the socket by its name.
    public var unit: String {
        """
        # Made by postern-generator from /etc/postern/listeners.
        [Unit]
        Description=Postern, \(service) on port \(port)
        Documentation=man:posternd(8)

        [Socket]
        # A port alone is every address of IPv6 and IPv4, and those of IPv4 where the kernel has no IPv6.
        ListenStream=\(port)
        BindIPv6Only=both
        FileDescriptorName=\(name)
        Service=postern.service
        Backlog=4096
        # A burst of connections while the daemon starts is no reason to give the socket up.
        TriggerLimitIntervalSec=0
        NoDelay=yes
        KeepAlive=yes

        """
    }
}
