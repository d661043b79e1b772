/// The house, bottom up. A target may use what lies on lower floors; what else it may use on its own floor is said beside it.
enum Floor: Int, CaseIterable, Comparable {
    case words, grammar, doors, judgement, faces, programs

    static func < (a: Floor, b: Floor) -> Bool { a.rawValue < b.rawValue }

    var targets: [String] {
        switch self {
        case .words: ["MailCore", "Netlink"]
        case .grammar: ["MailSettings", "MessageFormat", "SMTPWire", "IMAPWire", "POP3Wire", "SASL", "AdminContract", "Manual"]
        case .doors: ["MailStore", "StateStore", "Resolver", "Certificates", "Connections", "Host"]
        case .judgement: ["Authentication", "Delivery"]
        case .faces: ["SMTPServer", "IMAPServer", "POP3Server", "AdminServer", "LocalIntake", "Housekeeping"]
        case .programs: ["posternd", "postern", "postern-gatekeeper", "postern-generator", "postern-sendmail"]
        }
    }

    static func of(_ target: String) -> Floor? { allCases.first { $0.targets.contains(target) } }
}

/// An arrow between two targets of one floor, with the reason why it is not a way around.
struct Neighbours {
    let from: String
    let to: String
    let reason: String

    static let allowed = [
        Neighbours(from: "Netlink", to: "MailCore", reason: "an interface has addresses, and both are words"),
        Neighbours(from: "AdminContract", to: "MailSettings", reason: "an operation speaks of settings, and both are values"),
        Neighbours(from: "Manual", to: "MailSettings", reason: "the manual tells of settings, and both are values"),
        Neighbours(from: "SMTPWire", to: "MessageFormat", reason: "a wire's noun may hold a message"),
        Neighbours(from: "IMAPWire", to: "MessageFormat", reason: "a wire's noun may hold a message"),
        Neighbours(from: "Connections", to: "Certificates", reason: "TLS shows certificates, which are values"),
        Neighbours(from: "SASL", to: "MessageFormat", reason: "a wire's noun may hold a message"),
    ]
}

/// Who may know something outside of the house.
struct Door {
    let modules: [String]
    let keepers: [String]
    let reason: String

    static let all = [
        Door(
            modules: ["GRDB", "GRDBSQLite", "SQLite3"], keepers: ["MailStore", "StateStore"],
            reason: "only the stores know SQLite: no table leaves them, so that they can stand on another database one day"),
        Door(
            modules: ["COpenSSL"], keepers: ["StateStore", "Certificates", "Connections"],
            reason: """
                StateStore derives password verifiers, Certificates reads and makes X.509, Connections speaks TLS; nobody else needs \
                cryptography of his own
                """),
        Door(
            modules: ["CSystemd"], keepers: ["Host"], reason: "only Host knows systemd: the rest runs the same without it, as the tests do"),
        Door(
            modules: ["CUnbound"], keepers: ["Resolver"],
            reason: "only the resolver knows the domain name system; everybody else gets answers as values, and tests a table"),
        Door(
            modules: ["NIOPosix"], keepers: ["Connections", "AdminServer", "posternd", "postern"],
            reason: "sockets and event loops belong to Connections; the operator's Unix socket to AdminServer and its client"),
        Door(
            modules: ["NIOCore"],
            keepers: [
                "MailStore", "Connections", "Delivery", "SMTPServer", "IMAPServer", "POP3Server", "AdminServer", "LocalIntake", "posternd",
                "postern",
            ],
            reason: "ByteBuffer is what bytes travel in between the doors and the faces; grammar works on bytes without it"),
        Door(
            modules: ["NIOHTTP1"], keepers: ["AdminServer", "postern"], reason: "HTTP is the operators' protocol alone"),
        Door(modules: ["Hummingbird"], keepers: ["AdminServer"], reason: "HTTP is the operators' protocol alone"),
        Door(modules: ["TOMLKit"], keepers: ["MailSettings"], reason: "the settings file has one reader and one writer"),
        Door(modules: ["CPageCache"], keepers: ["MailStore"], reason: "only packs are read on event loops"),
        Door(modules: ["CChecksum"], keepers: ["MailStore"], reason: "records of packs carry the only checksums"),
        Door(modules: ["ArgumentParser"], keepers: ["postern"], reason: "only a person's program has an elaborate command line"),
        Door(
            modules: ["ServiceLifecycle", "UnixSignals"], keepers: ["posternd", "AdminServer"],
            reason: "what runs and when it stops is told in one place, posternd's main"),
        Door(
            modules: ["Foundation", "FoundationEssentials"], keepers: ["AdminContract", "AdminServer", "postern"],
            reason: "JSON needs it; elsewhere it is slow on bytes, large in memory and hides system calls"),
        Door(
            modules: ["Dispatch"], keepers: [],
            reason: "work runs on event loops, on the stores' own threads or on the password workers: a third place would starve them"),
    ]
}
