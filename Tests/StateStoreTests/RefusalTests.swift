import MailCore
import Testing

@testable import StateStore

/// What an operator hears when he asks for what cannot be: golden text.
@Suite struct RefusalTests {
    typealias Attempt = @Sendable (StateStore) async throws -> Void

    static let attempts: [(String, Attempt)] = [
        ("The domain postern.test exists already.", { try await $0.addDomain(domain("POSTERN.test")) }),
        ("The domain nowhere.example does not exist; add it first.", { try await $0.removeDomain(domain("nowhere.example")) }),
        ("[192.0.2.1] cannot be a mail domain; give a name such as example.org.", { try await $0.addDomain(domain("[192.0.2.1]")) }),
        ("The domain postern.test has 2 accounts; remove them first.", { try await $0.removeDomain(domain("postern.test")) }),
        ("The domain example.org has 1 alias; remove it first.", { try await $0.removeDomain(domain("example.org")) }),

        ("The account alice@postern.test exists already.", { try await $0.add(at("Alice")) }),
        ("info@postern.test is an alias; remove it first or choose another address.", { try await $0.add(at("info")) }),
        ("The domain nowhere.example does not exist; add it first.", { try await $0.add(at("x@nowhere.example")) }),
        (
            "@postern.test cannot be an address here; the part before the @ has 1 to 64 octets and no control characters.",
            { try await $0.add(at("@")) }
        ),
        (
            "\"a\tb\"@postern.test cannot be an address here; the part before the @ has 1 to 64 octets and no control characters.",
            { try await $0.add(MailAddress(localPart: "a\tb", domain: domain("postern.test"))) }
        ),
        ("A password has 1 to 1024 octets of UTF-8 and no control characters.", { try await $0.add(at("x"), password: []) }),
        ("A password has 1 to 1024 octets of UTF-8 and no control characters.", { try await $0.add(at("x"), password: [65, 0]) }),
        ("A password has 1 to 1024 octets of UTF-8 and no control characters.", { try await $0.add(at("x"), password: [0xFF]) }),
        (
            "A password has 1 to 1024 octets of UTF-8 and no control characters.",
            { try await $0.setPassword(at("alice"), to: [UInt8](repeating: 65, count: 1025), iterations: 1) }
        ),
        ("The account nobody@postern.test does not exist.", { try await $0.setPassword(at("nobody"), to: [65], iterations: 1) }),
        ("The account nobody@postern.test does not exist.", { _ = try await $0.setAccount(at("nobody"), AccountChange()) }),
        ("The account nobody@postern.test does not exist.", { _ = try await $0.removeAccount(at("nobody")) }),
        (
            "A quota is at least 1B; leave it out for no limit.",
            { _ = try await $0.setAccount(at("bob"), .init(quota: .limited(ByteCount(0)))) }
        ),
        (
            "A display name has at most 255 octets and no control characters.",
            { _ = try await $0.setAccount(at("bob"), .init(displayName: "a\nb")) }
        ),
        (
            "The account alice@postern.test is a target of the alias info@postern.test; change or remove it first.",
            { _ = try await $0.removeAccount(at("alice")) }
        ),

        ("The alias info@postern.test exists already.", { _ = try await $0.addAlias(at("INFO"), targets: [at("bob")]) }),
        (
            "alice@postern.test is an account; an alias of that name would take its mail away.",
            { _ = try await $0.addAlias(at("alice"), targets: [at("bob")]) }
        ),
        ("The alias all@postern.test needs at least one target.", { _ = try await $0.addAlias(at("all"), targets: []) }),
        ("The alias none@postern.test does not exist.", { _ = try await $0.setAlias(at("none"), targets: [at("bob")]) }),
        ("The alias @postern.test does not exist.", { try await $0.removeAlias(at("@")) }),
        (
            "all@postern.test cannot lead to dave@postern.test: its domain is served here, but neither an account nor an alias has that name.",
            { _ = try await $0.addAlias(at("all"), targets: [at("alice"), at("dave")]) }
        ),
        (
            "The alias all@postern.test has too many targets; at most 1000 are allowed.",
            { _ = try await $0.addAlias(at("all"), targets: (0...1000).map { at("x\($0)@elsewhere.example") }) }
        ),
        (
            "The alias info@postern.test would lead back to itself.",
            { _ = try await $0.setAlias(at("info"), targets: [at("team@example.org")]) }
        ),
        ("The alias all@postern.test would lead back to itself.", { _ = try await $0.addAlias(at("all"), targets: [at("ALL")]) }),
        (
            "The alias info@postern.test is a target of the alias team@example.org; change or remove it first.",
            { try await $0.removeAlias(at("info")) }
        ),
        (
            "The domain nowhere.example does not exist; add it first.",
            { _ = try await $0.addAlias(at("x@nowhere.example"), targets: [at("bob")]) }
        ),
    ]

    @Test(arguments: attempts)
    func hearsOneSentence(sentence: String, attempt: Attempt) async throws {
        let state = try await TemporaryState.with("alice", "bob")
        try await state.store.addDomain(domain("example.org"))
        _ = try await state.store.addAlias(at("info"), targets: [at("alice+info")])
        _ = try await state.store.addAlias(at("team@example.org"), targets: [at("info")])
        let before = state.store.directory
        #expect(await refusal { try await attempt(state.store) }?.description == sentence)
        #expect(state.store.directory.accounts == before.accounts)
        #expect(state.store.directory.aliases == before.aliases)
        #expect(state.store.directory.domains == before.domains)
    }

    @Test func aCatchAllMayNotCatchItself() async throws {
        let state = try await TemporaryState.with("alice")
        #expect(
            await refusal { _ = try await state.store.addAlias(at("@"), targets: [at("dave")]) }
                == .targetUnknown(alias: at("@"), target: at("dave")))
        _ = try await state.store.addAlias(at("@"), targets: [at("alice")])
        #expect(await refusal { _ = try await state.store.setAlias(at("@"), targets: [at("dave")]) } == .aliasLoops(at("@")))
        _ = try await state.store.addAlias(at("x"), targets: [at("dave")])
        #expect(await refusal { _ = try await state.store.setAlias(at("@"), targets: [at("x")]) } == .aliasLoops(at("@")))
    }

    @Test func everythingCanGoInOrder() async throws {
        let state = try await TemporaryState.with("alice")
        let store = state.store
        _ = try await store.addAlias(at("info"), targets: [at("alice")])
        _ = try await store.addAlias(at("@"), targets: [at("info")])
        try await store.removeAlias(at("@"))
        try await store.removeAlias(at("info"))
        _ = try await store.removeAccount(at("alice"))
        try await store.removeDomain(domain("postern.test"))
        #expect(store.directory.domains.isEmpty)
        #expect(store.directory.aliases.isEmpty)
    }
}

extension StateStore {
    fileprivate func add(_ address: MailAddress, password: [UInt8] = [65]) async throws {
        _ = try await addAccount(address: address, password: password, iterations: 1)
    }
}
