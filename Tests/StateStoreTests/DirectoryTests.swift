import MailCore
import StateStore
import Testing

@Suite struct DirectoryTests {
    let directory = Directory(
        domains: [domain("postern.test"), domain("example.org")],
        accounts: ["alice", "bob", "carol@example.org"].enumerated().map { number, name in
            Account(id: AccountID(high: 0, low: UInt64(number)), address: at(name), created: Int64(number))
        },
        aliases: [
            Alias(address: at("Info"), targets: [at("alice"), at("bob")]), Alias(address: at("@example.org"), targets: [at("bob")]),
        ])

    @Test(arguments: [
        ("alice", true), ("ALICE", true), ("alice@POSTERN.test", true), ("info", false), ("carol", false), ("carol@example.org", true),
        ("alice+tag", false), ("@", false),
    ])
    func findsAccounts(name: String, isThere: Bool) {
        #expect((directory.account(at(name)) != nil) == isThere)
    }

    @Test func findsAliases() {
        #expect(directory.aliasTargets(at("INFO")) == [at("alice"), at("bob")])
        #expect(directory.aliasTargets(at("alice")) == nil)
        #expect(directory.aliasTargets(at("@example.org")) == nil)
        #expect(directory.catchAll(domain("Example.ORG")) == [at("bob")])
        #expect(directory.catchAll(domain("postern.test")) == nil)
    }

    @Test func knowsItsDomains() {
        #expect(directory.isLocal(domain("EXAMPLE.org")))
        #expect(!directory.isLocal(domain("sub.example.org")))
        #expect(directory.accounts(in: domain("postern.test")).map(\.address) == [at("alice"), at("bob")])
        #expect(directory.accounts(in: domain("nowhere.example")).isEmpty)
        #expect(directory.account(AccountID(high: 0, low: 1))?.address == at("bob"))
    }

    @Test(arguments: [("@example.org", "@example.org"), ("Info@Example.org", "info@example.org"), ("info", nil), ("@", nil), ("", nil)])
    func aliasesHaveNames(name: String, written: String?) {
        #expect(Alias.address(named: name).map(Alias.name(of:)) == written)
    }
}
