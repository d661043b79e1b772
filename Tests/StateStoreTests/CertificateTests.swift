import GRDB
import Glibc
import MailCore
import Testing

@testable import StateStore

@Suite struct CertificateTests {
    static let pair = StoredCertificate.Pair(chain: "CHAIN\n", key: "KEY\n")
    static let files = StoredCertificate.Pair(chain: "/etc/ssl/x.pem", key: "/etc/ssl/x.key")

    @Test func areThereAfterOpeningAgain() async throws {
        let state = try TemporaryState()
        #expect(try await !state.store.putCertificate("mail.example.org", .linked, [Self.files]))
        #expect(try await !state.store.putCertificate("default", .selfSigned, [Self.pair]))
        #expect(try await state.store.putCertificate("default", .imported, [Self.pair, .init(chain: "C2", key: "K2")]))
        let before = state.store.certificates
        state.store.close()
        let again = try StateStore(path: state.path, logger: TemporaryState.quiet)
        defer { again.close() }
        #expect(again.certificates.all == before.all)
        #expect(before.all.map(\.name) == ["default", "mail.example.org"])
        #expect(again.certificates["default"]?.source == .imported)
        #expect(again.certificates["default"]?.pairs == [Self.pair, .init(chain: "C2", key: "K2")])
        #expect(again.certificates["mail.example.org"]?.pairs == [Self.files])
    }

    @Test func removing() async throws {
        let state = try TemporaryState()
        try await state.store.putCertificate("x", .imported, [Self.pair])
        let held = state.store.certificates
        try await state.store.removeCertificate("x")
        #expect(held["x"] != nil, "a picture that is held does not change")
        #expect(state.store.certificates.all.isEmpty)
        let left = try await state.store.change { db, _ in try Int.fetchOne(db, sql: "SELECT count(*) FROM certificate_pair") }
        #expect(left == 0, "no key stays behind")
        #expect(await refusal { try await state.store.removeCertificate("x") } == .noSuchCertificate("x"))
    }

    /// No key may be found in the file once its certificate is gone.
    @Test func aKeyThatIsGoneIsNotInTheFile() async throws {
        let state = try TemporaryState()
        let secret = "SECRET-\(UInt64.random(in: 0...(.max)))"
        try await state.store.putCertificate("x", .imported, [.init(chain: "CHAIN", key: secret)])
        #expect(try fileContains(secret, state.path))
        try await state.store.removeCertificate("x")
        #expect(try !fileContains(secret, state.path))
    }

    static let allowed = ["default", "mail.example.org", "a", "0", "a-b_c.d", String(repeating: "x", count: 128)]
    static let forbidden = ["", "Mail", "a b", ".hidden", "-x", "_x", "a/b", "../x", "bücher", "x\n", String(repeating: "x", count: 129)]

    @Test func names() async throws {
        let state = try TemporaryState()
        for name in Self.allowed { try await state.store.putCertificate(name, .imported, [Self.pair]) }
        for name in Self.forbidden {
            let error = await refusal { try await state.store.putCertificate(name, .imported, [Self.pair]) }
            #expect(error == .certificateNameNotAllowed(name))
        }
        #expect(
            StateError.certificateNameNotAllowed("a b").description
                == "\"a b\" cannot be a certificate's name; it has 1 to 128 lower-case letters, digits, and dots, hyphens or underscores inside."
        )
    }

    @Test(arguments: [
        (StoredCertificate.Source.imported, []), (.imported, [pair, pair, pair]), (.imported, [.init(chain: "", key: "K")]),
        (.imported, [.init(chain: String(repeating: "x", count: 300_000), key: "K")]), (.linked, [pair]),
        (.linked, [.init(chain: "/x", key: "y")]), (.linked, [.init(chain: "/x\n", key: "/y")]),
        (.linked, [.init(chain: "/" + String(repeating: "x", count: 4096), key: "/y")]),
    ]) func textsAndPathsAreBounded(source: StoredCertificate.Source, pairs: [StoredCertificate.Pair]) async throws {
        let state = try TemporaryState()
        #expect(await refusal { try await state.store.putCertificate("x", source, pairs) } == .certificateNotAllowed("x"))
        #expect(state.store.certificates.all.isEmpty)
    }

    @Test func thereIsAMost() async throws {
        let state = try TemporaryState()
        try await state.store.change { db, _ in
            for number in 0..<StateStore.certificatesAllowed {
                try db.execute(sql: "INSERT INTO certificate (name, source, changed) VALUES (?, 'imported', 0)", arguments: ["x\(number)"])
            }
        }
        let error = await refusal { try await state.store.putCertificate("y", .imported, [Self.pair]) }
        #expect(error?.description == "There are 1000 certificates already, which is the most; remove one first.")
        #expect(error?.kind == .conflict)
        #expect(try await state.store.putCertificate("x1", .imported, [Self.pair]))
    }

    /// A database of the time before there were certificates gets their tables, and keeps what it has.
    @Test func olderDatabases() async throws {
        let state = try await TemporaryState.with("alice")
        state.store.close()
        let queue = try DatabaseQueue(path: state.path)
        try await queue.write { db in
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'certificates'")
            for table in ["certificate_pair", "certificate"] { try db.execute(sql: "DROP TABLE \(table)") }
        }
        try queue.close()
        let again = try StateStore(path: state.path, logger: TemporaryState.quiet)
        defer { again.close() }
        #expect(again.directory.accounts.count == 1)
        #expect(try await !again.putCertificate("default", .imported, [Self.pair]))
    }
}

private func fileContains(_ text: String, _ path: String) throws -> Bool {
    let descriptor = open(path, O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    try #require(count > 0 && count < bytes.count)
    return bytes[..<count].firstRange(of: Array(text.utf8)) != nil
}
