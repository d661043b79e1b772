import Delivery
import MailCore
import StateStore
import Testing

@Suite struct RecipientResolverTests {
    private static let directory = Directory(
        domains: ["example.org", "second.example", "empty.example", "caught.example"].compactMap { Domain($0) },
        accounts: [
            account("alice@example.org", 1, enabled: false), account("bob@example.org", 2), account("carol@second.example", 3),
            account("a+b@example.org", 4),
        ],
        aliases: [
            alias("info@example.org", "alice@example.org"),
            alias("all@example.org", "info@example.org", "bob@example.org", "team@second.example"),
            alias("team@second.example", "carol@second.example", "BOB@example.org"), alias("ping@example.org", "pong@example.org"),
            alias("pong@example.org", "ping@example.org"), alias("ring@example.org", "pong@example.org", "bob@example.org"),
            alias("outside@example.org", "bob@example.org", "x@elsewhere.example"), alias("dead@example.org", "gone@example.org"),
            alias("tagged@example.org", "alice+work@example.org"),
            Alias(address: MailAddress(localPart: "", domain: Domain("caught.example")!), targets: [MailAddress("bob@example.org")!]),
        ])

    private static func account(_ address: String, _ number: UInt64, enabled: Bool = true) -> Account {
        Account(id: AccountID(high: 0, low: number), address: MailAddress(address)!, enabled: enabled, created: 0)
    }

    private static func alias(_ address: String, _ targets: String...) -> Alias {
        Alias(address: MailAddress(address)!, targets: targets.map { MailAddress($0)! })
    }

    private func names(_ resolution: Resolution) -> [String]? {
        guard case .accounts(let accounts) = resolution else { return nil }
        return accounts.map(\.address.description)
    }

    private func resolve(_ address: String, delimiter: String = "+") throws -> Resolution {
        RecipientResolver(directory: Self.directory, delimiter: delimiter).resolve(try #require(MailAddress(address)))
    }

    @Test(arguments: [
        ("bob@example.org", ["bob@example.org"]), ("BoB@Example.ORG", ["bob@example.org"]), ("alice@example.org", ["alice@example.org"]),
        ("bob+list@example.org", ["bob@example.org"]), ("bob+a+b@example.org", ["bob@example.org"]),
        ("a+b@example.org", ["a+b@example.org"]),
        ("a+b+c@example.org", nil), ("\"bob\"@example.org", ["bob@example.org"]), ("info@example.org", ["alice@example.org"]),
        ("info+x@example.org", ["alice@example.org"]), ("tagged@example.org", ["alice@example.org"]),
        ("all@example.org", ["bob@example.org", "alice@example.org", "carol@second.example"]), ("ring@example.org", ["bob@example.org"]),
        ("anybody@caught.example", ["bob@example.org"]), ("x+y@caught.example", ["bob@example.org"]),
    ])
    func namesAreFound(address: String, accounts: [String]?) throws {
        #expect(names(try resolve(address)) == accounts)
    }

    @Test(arguments: [
        ("nobody@example.org", Resolution.unknownUser), ("+x@example.org", .unknownUser), ("bob@empty.example", .unknownUser),
        ("bob@elsewhere.example", .notLocal), ("bob@sub.example.org", .notLocal), ("bob@[127.0.0.1]", .notLocal),
        ("x%elsewhere.example@example.org", .unknownUser), ("elsewhere.example!x@example.org", .unknownUser),
        ("\"x@elsewhere.example\"@example.org", .unknownUser), ("\"bob@example.org\"@elsewhere.example", .notLocal),
        ("ping@example.org", .loop), ("dead@example.org", .loop),
        ("postmaster@elsewhere.example", .notLocal),
    ])
    func othersAreNot(address: String, resolution: Resolution) throws {
        #expect(try resolve(address) == resolution)
    }

    @Test func aliasesLeadToOtherServersToo() throws {
        guard case .alsoElsewhere(let addresses, let accounts) = try resolve("outside@example.org") else {
            Issue.record("it leads nowhere")
            return
        }
        #expect(addresses.map(\.description) == ["x@elsewhere.example"])
        #expect(accounts.map(\.address.description) == ["bob@example.org"])
    }

    /// RFC 5321 §4.5.1: in every domain, whatever was forgotten or set up wrongly.
    @Test(arguments: [
        ("postmaster@example.org", "bob@example.org"), ("PostMaster@example.org", "bob@example.org"),
        ("postmaster+x@example.org", "bob@example.org"), ("postmaster@empty.example", "bob@example.org"),
        ("postmaster@caught.example", "bob@example.org"),
    ])
    func postmasterIsAlwaysSomebody(address: String, account: String) throws {
        #expect(names(try resolve(address)) == [account])
    }

    @Test func barePostmasterIsSomebody() throws {
        #expect(names(RecipientResolver(directory: Self.directory, delimiter: "+").resolvePostmaster()) == ["bob@example.org"])
        let domain = try #require(Domain("example.org"))
        let named = Directory(
            domains: [domain], accounts: [Self.account("bob@example.org", 1), Self.account("eve@example.org", 2)],
            aliases: [Self.alias("postmaster@example.org", "eve@example.org")])
        #expect(names(RecipientResolver(directory: named, delimiter: "").resolvePostmaster()) == ["eve@example.org"])
        let empty = Directory(domains: [domain])
        #expect(RecipientResolver(directory: empty, delimiter: "").resolvePostmaster() == .unknownUser)
    }

    @Test func withoutDelimiterThereAreNoTags() throws {
        #expect(try resolve("bob+list@example.org", delimiter: "") == .unknownUser)
        #expect(names(try resolve("bob-list@example.org", delimiter: "-")) == ["bob@example.org"])
    }

    @Test func groupsOfGroupsStayFinite() throws {
        let domain = try #require(Domain("example.org"))
        func address(_ name: String) -> MailAddress { MailAddress(localPart: name, domain: domain) }
        let accounts = (0..<200).map { Account(id: AccountID(high: 1, low: $0), address: address("u\($0)"), created: 0) }
        let leaves = (0..<100).map { n in Alias(address: address("g\(n)"), targets: (0..<200).map { address("v\(n).\($0)") }) }
        let names = leaves.flatMap { leaf in leaf.targets.map { Alias(address: $0, targets: [accounts[0].address]) } }
        let top = Alias(address: address("top"), targets: leaves.map(\.address))
        let everybody = Alias(address: address("everybody"), targets: accounts.map(\.address))
        let resolver = RecipientResolver(
            directory: Directory(domains: [domain], accounts: accounts, aliases: leaves + names + [top, everybody]), delimiter: "+")
        #expect(resolver.resolve(address("top")) == .tooManyTargets)
        #expect(resolver.resolve(address("everybody")) == .accounts(accounts))
    }

    @Test func aLongChainIsWalkedWithoutRecursion() throws {
        let domain = try #require(Domain("example.org"))
        func address(_ n: Int) -> MailAddress { MailAddress(localPart: "l\(n)", domain: domain) }
        let last = Account(id: AccountID(high: 1, low: 1), address: address(9_000), created: 0)
        let chain = (0..<9_000).map { Alias(address: address($0), targets: [address($0 + 1)]) }
        let resolver = RecipientResolver(directory: Directory(domains: [domain], accounts: [last], aliases: chain), delimiter: "+")
        #expect(resolver.resolve(address(0)) == .accounts([last]))
    }
}
