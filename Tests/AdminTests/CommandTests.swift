import Foundation
import MailCore
import MailStore
import StateStore
import Testing

/// `postern` as an operator types it: what it prints and how it ends.
@Suite struct CommandTests {
    struct Step {
        var typed: String
        var code: Int32
        var printed: String

        /// It is done and prints this.
        init(_ typed: String, _ printed: String) { self.init(typed, 0, printed) }

        /// It ends with this code and tells this error.
        init(_ typed: String, _ code: Int32, _ error: String) {
            self.typed = typed
            self.code = code
            printed = error
        }
    }

    static func play(_ steps: [Step], in house: House, input: String = "") async throws {
        let line = PosternCommand(socket: house.socket)
        for step in steps {
            let outcome = try await line.run(step.typed, input: input)
            let shown = (outcome.code == 0 ? outcome.output : outcome.errors)
                .replacing(#/[0-9a-f]{8}-[0-9a-f-]{27}/#, with: "<id>")
                .replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/#, with: "<time>")
                .replacing(#/Up: .*/#, with: "Up: <time>").replacing(#/[\d.]+ .iB free of [\d.]+ .iB/#, with: "<space>")
            #expect("\(outcome.code) \(shown)" == "\(step.code) \(step.printed)\n", "\(step.typed)")
            #expect(step.code == 0 || outcome.output.isEmpty, "\(step.typed): errors go to standard error")
        }
    }

    @Test func domainsAndAliases() async throws {
        try await House.open { house in
            try await Self.play(
                [
                    Step("domain list", "DOMAIN  ACCOUNTS  ALIASES  CATCH-ALL"),
                    Step("domain add Example.org", "Domain example.org is added."),
                    Step("domain add example.org", 1, "Error: The domain example.org exists already."),
                    Step("account add alice@example.org --password-stdin --display-name Alice", "Account alice@example.org is added."),
                    Step("account add bob@example.org --password secret --quota 10GiB", "Account bob@example.org is added."),
                    Step(
                        "domain set example.org --catch-all alice@example.org",
                        """
                        Domain:     example.org
                        Accounts:   2
                        Aliases:    0
                        Catch-all:  alice@example.org
                        """),
                    Step(
                        "domain set example.org --no-catch-all",
                        """
                        Domain:     example.org
                        Accounts:   2
                        Aliases:    0
                        Catch-all:  none: unknown names are refused
                        """),
                    Step(
                        "alias add info@example.org alice@example.org bob@example.org",
                        "info@example.org -> alice@example.org, bob@example.org"),
                    Step("alias set info@example.org bob@example.org", "info@example.org -> bob@example.org"),
                    Step(
                        "alias list",
                        """
                        ALIAS             TARGETS
                        info@example.org  bob@example.org
                        """),
                    Step("alias show x@example.org", 1, "Error: The alias x@example.org does not exist."),
                    Step("alias remove info@example.org", "Alias info@example.org is removed."),
                    Step(
                        "domain list",
                        """
                        DOMAIN       ACCOUNTS  ALIASES  CATCH-ALL
                        example.org  2         0
                        """),
                    Step("domain remove example.org", 1, "Error: The domain example.org has 2 accounts; remove them first."),
                ], in: house, input: "secret\nmore\n")
        }
    }

    @Test func routesAndQueue() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            try await house.enqueue(to: ["bob@remote.example", "carol@other.example"])
            try await Self.play(
                [
                    Step("route add remote.example smart.example --port 2525", "remote.example -> smart.example:2525"),
                    Step("route add other.example", "other.example -> its mail exchangers"),
                    Step("route add example.org x.example", 1, "Error: The domain example.org is served here; its mail needs no route."),
                    Step(
                        "route list",
                        """
                        DOMAIN          HOST
                        remote.example  smart.example:2525
                        other.example   its mail exchangers
                        """),
                    Step("route remove remote.example", "The route of remote.example is removed."),
                    Step("route remove remote.example", 1, "Error: There is no route for the domain remote.example."),
                    Step("queue hold --domain remote.example", "1 recipient is held."),
                    Step(
                        "queue list --state lost", 1,
                        "Error: \"lost\" is no state of the queue; there are queued, deferred, held, delivered, bounced, leased."),
                    Step(
                        "queue retry --state held",
                        "No recipient is tried now: none of those that are meant waits for a try (what is held is to be released first)."),
                    Step("queue release --state held", "1 recipient is released."),
                    Step("queue release --all", "No recipient is released: none of those that are meant is held."),
                    Step("queue retry --all", "2 recipients are tried now."),
                    Step("queue reroute --domain other.example --to smart.example", "1 recipient is rerouted."),
                    Step("queue delete --recipient carol", "1 recipient is deleted."),
                    Step("queue list --state bounced", "Nothing matches. In the whole queue: 1 queued."),
                    Step("queue delete --all", "1 recipient is deleted."),
                    Step("queue delete --all", "No recipient is deleted: none of those that are meant is on its way."),
                    Step("queue list", "The queue is empty."),
                    Step("relay test", "ok      greeting: the relay answers"),
                ], in: house)
        }
    }

    @Test func accounts() async throws {
        try await House.open { house in
            try await house.state.addDomain(try #require(Domain("example.org")))
            try await Self.play(
                [
                    Step("account add alice@example.org --password-stdin --display-name Alice", "Account alice@example.org is added."),
                    Step(
                        "account list",
                        """
                        ACCOUNT            NAME   QUOTA  STATE
                        alice@example.org  Alice  -      enabled
                        """),
                    Step(
                        "account set alice@example.org --quota 1GiB --disable --password-stdin",
                        """
                        Account:  alice@example.org
                        Name:     Alice
                        Id:       <id>
                        State:    disabled: it cannot log in
                        Quota:    1GiB
                        Created:  <time>
                        """),
                    Step(
                        "account show alice@example.org",
                        """
                        Account:  alice@example.org
                        Name:     Alice
                        Id:       <id>
                        State:    disabled: it cannot log in
                        Quota:    1GiB
                        Created:  <time>

                        MAILBOX  MESSAGES  UNSEEN  SIZE
                        Archive  0         0       0 B
                        Drafts   0         0       0 B
                        INBOX    0         0       0 B
                        Junk     0         0       0 B
                        Sent     0         0       0 B
                        Trash    0         0       0 B
                        """),
                    Step(
                        "account remove alice@example.org",
                        """
                        Account alice@example.org is removed, its mail is kept.
                        To delete that: postern account remove --delete-mail <id>
                        """),
                    Step("account add carol@example.org --password x", "Account carol@example.org is added."),
                    Step("account remove --delete-mail carol@example.org", "Account carol@example.org and its mail are removed."),
                ], in: house, input: "secret\n")
        }
    }

    @Test func settings() async throws {
        try await House.open { house in
            try await Self.play(
                [
                    Step("settings get smtp.max-message-size", "50MiB"),
                    Step("settings set smtp.max-message-size 20MiB", "smtp.max-message-size: 50MiB -> 20MiB. It takes effect at once."),
                    Step(
                        "settings set smtp.port=143 imap.port=25",
                        "imap.port: 143 -> 25. It takes effect at once.\nsmtp.port: 25 -> 143. It takes effect at once."),
                    Step(
                        "settings list .port --changed",
                        """
                        SETTING    VALUE  FROM
                        smtp.port  143    \(house.settingsFile):3
                        imap.port  25     \(house.settingsFile):4
                        """),
                    Step(
                        "settings reset smtp.port imap.port",
                        "smtp.port: 143 -> 25. It takes effect at once.\nimap.port: 25 -> 143. It takes effect at once."),
                    Step("settings reset imap.port", "imap.port: 143. Nothing has changed."),
                    Step("settings get smtp.prot", 1, "Error: smtp.prot is not a setting; did you mean smtp.port?"),
                    Step(
                        "settings set smtp.port many", 1,
                        "Error: smtp.port = \"many\" is of the wrong type; allowed is a whole number from 1 to 65535."),
                    Step(
                        "settings list smtp.max-message-size --long",
                        """
                        smtp.max-message-size = "20MiB"
                            Largest message accepted from a peer, announced as SIZE (RFC 1870).
                            From: \(house.settingsFile):2. Default: "50MiB".
                            Allowed: a size from 1MiB to 1GiB, such as "50MiB". A change takes effect at once.
                        """),
                ], in: house)
            let changed = try await PosternCommand(socket: house.socket).run("settings list --changed")
            #expect(changed.output.contains("smtp.max-message-size") && !changed.output.contains("imap.port"))
        }
    }

    @Test func json() async throws {
        try await House.open { house in
            let line = PosternCommand(socket: house.socket)
            #expect(
                try await line.run("domain add example.org --json").output == """
                    {
                      "accounts" : 0,
                      "aliases" : 0,
                      "catchAll" : [

                      ],
                      "name" : "example.org"
                    }

                    """)
            let refused = try await line.run("domain add example.org --json")
            #expect(refused.code == 1)
            #expect(
                refused.output == """
                    {
                      "error" : "The domain example.org exists already.",
                      "reason" : "conflict"
                    }

                    """)
            #expect(refused.errors == "Error: The domain example.org exists already.\n")
            for command in ["settings list", "domain list", "account list", "alias list", "settings get smtp.port"] {
                let outcome = try await line.run(command + " --json")
                #expect(outcome.code == 0)
                #expect((try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8))) != nil, "\(command)")
            }
        }
    }

    /// What it shows is `StatusScreenTests`' matter.
    @Test func status() async throws {
        try await House.open { house in
            let line = PosternCommand(socket: house.socket)
            let warned = try await line.run("status")
            #expect(warned.code == 1)
            #expect(warned.output.hasPrefix("Postern 1.2.3: 2 warnings; up "))
            #expect(warned.output.contains("\nQueue:       empty\n"))
            #expect(
                warned.output.hasSuffix(
                    """

                    Warning: There is no domain yet; add one with "postern domain add".
                    Warning: The moon is full.

                    """))
            let json = try await line.run("status --json")
            #expect(json.code == 1)
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
            #expect(object?["verdict"] as? String == "warning")
            await house.store.close()
            let broken = try await line.run("status")
            #expect(broken.code == 2)
            #expect(broken.output.contains("\nMail store:  closed\n"))
            #expect(broken.output.contains("\nProblem: No mail is accepted: "))
        }
    }

    @Test func factoryReset() async throws {
        try await House.open { house in
            let line = PosternCommand(socket: house.socket)
            let asked = try await line.run("factory-reset --erase-mail")
            #expect(asked.code == 64)
            #expect(asked.errors.contains("Nothing is done. With --yes:\nSettings, domains, "))
            #expect(asked.errors.contains("All mail is removed, too"))
            // A house has nobody who could do it.
            #expect(try await line.run("factory-reset --yes").code == 1)
            #expect(try await house.ask("POST", "/api/factory-reset", #"{"confirm":"yes"}"#).status == 400)
        }
    }

    @Test func noDaemon() async throws {
        let line = PosternCommand(socket: "/tmp/postern-nobody-here.sock")
        let outcome = try await line.run("status")
        #expect(
            outcome
                == .init(
                    code: 3, output: "",
                    errors: "Error: The daemon is not running at /tmp/postern-nobody-here.sock; start it with \"systemctl start postern\", "
                        + "or name its socket with --socket.\n"))
        #expect(try await line.run("status --socket /tmp/\(String(repeating: "x", count: 120))").code == 3)
    }

    @Test(arguments: [
        "acount list", "account add", "settings set smtp.port", "settings set a=1 a=2", "account set a@b.example", "domain set a.example",
        "domain set a.example --catch-all x@y.example --no-catch-all", "account add a@b.example --password x --password-stdin",
        "account add a@b.example", "account add a@b.example --password-stdin",
    ]) func commandLinesThatMakeNoSense(_ typed: String) async throws {
        let outcome = try await PosternCommand(socket: "/tmp/postern-nobody-here.sock").run(typed)
        #expect(outcome.code == 64)
        #expect(outcome.errors.hasPrefix("Error: "))
    }

    @Test func withoutADaemon() async throws {
        let line = PosternCommand(socket: "/tmp/postern-nobody-here.sock")
        let manual = try await line.run("settings manual")
        #expect(manual.output.contains(".TH POSTERN.TOML 5"))
        for shell in ["bash", "zsh", "fish"] {
            let script = try await line.run("--generate-completion-script \(shell)")
            #expect(script.code == 0)
            #expect(script.output.contains("delete-mail"))
        }
    }
}
