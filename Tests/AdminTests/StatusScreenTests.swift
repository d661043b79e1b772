import AdminContract
import Testing

@testable import postern

/// The one screen, in several states of a gateway.
struct StatusScreenTests {
    static func service(
        _ name: String, _ port: Int, _ state: String = "listening", _ addresses: [String] = ["every address"], by: String? = "systemd",
        permit: String? = nil, certificate: String? = "default", days: Int? = 3649, connections: Int = 0
    ) -> StatusFacts.Service {
        var service = StatusFacts.Service(name: name, port: port, state: state, addresses: addresses, connections: connections)
        service.by = by
        service.permit = permit
        service.certificate = certificate
        service.certificateDays = days
        return service
    }

    static func facts(
        _ services: [StatusFacts.Service],
        store: StatusFacts.Store = .init(
            state: "ready", messages: 1234, bytes: 20 << 30, freeSpace: 10 << 30, totalSpace: 64 << 30), queue: [String: Int]? = [:],
        tasks: [StatusFacts.Task] = [], problems: [String] = [], warnings: [String] = []
    ) -> StatusFacts {
        StatusFacts(
            version: "1.2.3", started: "2026-01-02T03:04:05Z", uptime: 93_784, domains: 1, accounts: 3, aliases: 2, services: services,
            store: store, queue: queue, dns: "answers are validated", tasks: tasks, problems: problems, warnings: warnings)
    }

    @Test func allIsWell() {
        let facts = Self.facts([
            Self.service("smtp", 25, permit: "open", connections: 12),
            Self.service("submission", 587, "off", [], by: nil, certificate: nil),
            Self.service("imap", 143, permit: "open", certificate: "mail", days: 1),
        ])
        #expect(facts.verdict == .fine)
        #expect(
            StatusScreen(facts).text == """
                Postern 1.2.3: all is well; up 1d 2h, since 2026-01-02T03:04:05Z

                SERVICE     PORT  STATE      BY       PERMIT  CERTIFICATE         CONNECTIONS  ON
                smtp        25    listening  systemd  open    default, 3649 days  12           every address
                submission  587   off
                imap        143   listening  systemd  open    mail, 1 day         0            every address

                Mail store:  ready: 1234 messages, 20.0 GiB
                Mail drive:  10.0 GiB free of 64.0 GiB
                Queue:       empty
                DNS:         answers are validated
                Directory:   1 domains, 3 accounts, 2 aliases
                Tasks:       none
                """)
    }

    @Test func somebodyShouldLook() {
        let facts = Self.facts(
            [
                Self.service("imaps", 993, "waiting", [], by: nil),
                Self.service("smtp", 25, "listening", ["lan0", "lo"], by: "postern", permit: "unknown"),
            ],
            queue: ["deferred": 12, "held": 1, "queued": 0],
            tasks: [
                .init(id: "7", name: "move-store", state: "running", percent: 41, item: "/mnt/new"),
                .init(id: "8", name: "check-store", state: "queued", percent: nil, item: ""),
            ],
            warnings: ["wan9 is chosen in the settings and not there now; it is served when it comes."])
        #expect(facts.verdict == .warning)
        #expect(
            StatusScreen(facts).text == """
                Postern 1.2.3: 1 warning; up 1d 2h, since 2026-01-02T03:04:05Z

                SERVICE  PORT  STATE      BY       PERMIT   CERTIFICATE         CONNECTIONS  ON
                imaps    993   waiting                      default, 3649 days  0
                smtp     25    listening  postern  unknown  default, 3649 days  0            lan0, lo

                Mail store:  ready: 1234 messages, 20.0 GiB
                Mail drive:  10.0 GiB free of 64.0 GiB
                Queue:       12 deferred, 1 held
                DNS:         answers are validated
                Directory:   1 domains, 3 accounts, 2 aliases
                Task 7:      move-store running 41 %, /mnt/new
                Task 8:      check-store queued

                Warning: wan9 is chosen in the settings and not there now; it is served when it comes.
                """)
    }

    @Test func theDriveIsNotMounted() {
        let facts = Self.facts(
            [
                Self.service("smtp", 25, "closed", [], by: nil, permit: "missing"), Self.service("imap", 143, permit: "open", days: -1),
                Self.service("pop3", 110, certificate: "gone", days: nil),
            ], store: .init(state: "unavailable", messages: nil, bytes: nil, freeSpace: 0, totalSpace: 0), queue: nil,
            problems: ["No mail is accepted: The mail store is not available: /mnt/mail is not mounted."], warnings: ["a", "b"])
        #expect(facts.verdict == .broken)
        #expect(
            StatusScreen(facts, isColoured: true).text.replacing("\u{1b}", with: "^") == """
                Postern 1.2.3: ^[31m1 problem, 2 warnings^[0m; up 1d 2h, since 2026-01-02T03:04:05Z

                SERVICE  PORT  STATE      BY       PERMIT   CERTIFICATE         CONNECTIONS  ON
                ^[31msmtp     25    closed              missing  default, 3649 days  0^[0m
                ^[31mimap     143   listening  systemd  open     default, expired    0            every address^[0m
                pop3     110   listening  systemd           gone, not in force  0            every address

                Mail store:  ^[31munavailable^[0m
                Mail drive:  not there
                Queue:       cannot be read
                DNS:         answers are validated
                Directory:   1 domains, 3 accounts, 2 aliases
                Tasks:       none

                ^[31mProblem: No mail is accepted: The mail store is not available: /mnt/mail is not mounted.^[0m
                ^[33mWarning: a^[0m
                ^[33mWarning: b^[0m
                """)
    }
}
