import GRDB
import Glibc
import MailCore
import Testing

@testable import StateStore

@Suite struct StateStoreTests {
    @Test func whatWasChangedIsThereAfterOpeningAgain() async throws {
        let state = try await TemporaryState.with("alice", "bob")
        let store = state.store
        _ = try await store.setAccount(at("bob"), AccountChange(displayName: "Böb", enabled: false, quota: .limited(.gibibytes(2))))
        _ = try await store.addAlias(at("Info"), targets: [at("bob"), at("alice"), at("BOB"), at("x@elsewhere.example")])
        _ = try await store.addAlias(at("@"), targets: [at("alice")])
        let before = store.directory
        store.close()

        let again = try StateStore(path: state.path, logger: TemporaryState.quiet)
        defer { again.close() }
        let after = again.directory
        #expect(after.domains == before.domains)
        #expect(after.accounts == before.accounts)
        #expect(after.aliases == before.aliases)
        #expect(after.account(at("bob"))?.displayName == "Böb")
        #expect(after.account(at("bob"))?.enabled == false)
        #expect(after.account(at("bob"))?.quota == .gibibytes(2))
        #expect(after.account(at("alice"))?.quota == nil)
        #expect(after.aliasTargets(at("info")) == [at("bob"), at("alice"), at("x@elsewhere.example")])
        #expect(after.catchAll(domain("postern.test")) == [at("alice")])
        for account in after.accounts { #expect(after.verifier(account.id) == before.verifier(account.id)) }
    }

    @Test func aDirectoryThatIsHeldDoesNotChange() async throws {
        let state = try await TemporaryState.with("alice")
        let held = state.store.directory
        _ = try await state.add("bob")
        #expect(held.account(at("bob")) == nil)
        #expect(state.store.directory.account(at("bob")) != nil)
    }

    @Test func changesFromManySidesAllHappen() async throws {
        let state = try await TemporaryState.with()
        try await withThrowingTaskGroup { group in
            for number in 0..<40 { group.addTask { _ = try await state.add("user\(number)") } }
            try await group.waitForAll()
        }
        #expect(state.store.directory.accounts.count == 40)
    }

    /// A combining mark after `=`, CR before the end of a line, and what would break one.
    @Test func aTasksParametersComeBack() async throws {
        let state = try await TemporaryState.with()
        let parameters = ["path": "/srv/a b", "note": "\u{301}x=\\n\n\u{59D}\r", "none": ""]
        let task = try await state.store.addTask("import", parameters: parameters, startedBy: "test", at: 1)
        #expect(try await state.store.task(task.id)?.parameters == parameters)
    }

    @Test func theFileIsPrivateAndDurable() async throws {
        let state = try await TemporaryState.with("alice")
        var status = stat()
        #expect(stat(state.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let pragmas = try await state.store.change { db, _ in
            [try String.fetchOne(db, sql: "PRAGMA journal_mode"), try String.fetchOne(db, sql: "PRAGMA synchronous")]
        }
        #expect(pragmas == ["truncate", "2"])
    }

    @Test func aFailedChangeChangesNothing() async throws {
        let state = try await TemporaryState.with("alice")
        let error = await refusal {
            try await state.store.change { db, _ in
                try db.execute(sql: "DELETE FROM account")
                try db.execute(sql: "INSERT INTO account (nonsense) VALUES (1)")
            }
        }
        #expect(error?.kind == .unavailable)
        #expect(state.store.directory.accounts.count == 1)
        _ = try await state.add("bob")
        #expect(state.store.directory.accounts.map(\.address) == [at("alice"), at("bob")])
    }

    @Test func aClosedStoreRefusesAndStillKnows() async throws {
        let state = try await TemporaryState.with("alice")
        state.store.close()
        #expect(await refusal { try await state.store.addDomain(domain("example.org")) }?.kind == .unavailable)
        #expect(await refusal { _ = try await state.add("bob") }?.kind == .unavailable)
        #expect(state.store.directory.account(at("alice")) != nil)
    }

    @Test func aFileOfANewerVersionIsLeftAlone() async throws {
        let state = try await TemporaryState.with()
        try await state.store.change { db, _ in
            try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('certificates of the year after')")
        }
        state.store.close()
        let error = await refusal { _ = try StateStore(path: state.path, logger: TemporaryState.quiet) }
        #expect(error?.description.contains("newer version") == true)
    }

    @Test(arguments: ["not a database, but long enough to be taken for one at the first glance", "SQLite format 3\0nonsense"])
    func aFileThatIsNotOursIsRefused(content: String) async throws {
        let state = try TemporaryState()
        state.store.close()
        unlink(state.path)
        let descriptor = open(state.path, O_WRONLY | O_CREAT, 0o600)
        let text = String(repeating: content, count: 100)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        #expect(await refusal { _ = try StateStore(path: state.path, logger: TemporaryState.quiet) }?.kind == .unavailable)
    }

    @Test func aFolderThatIsNotThereIsSaid() async throws {
        let error = await refusal { _ = try StateStore(path: "/nonexistent/state.sqlite", logger: TemporaryState.quiet) }
        #expect(error?.description.contains("/nonexistent/state.sqlite: No such file or directory") == true)
    }
}
