import Glibc
import Logging
import MailCore

@testable import StateStore

/// A state store in a folder of its own, which goes with it.
final class TemporaryState: Sendable {
    let folder: String
    let store: StateStore
    var path: String { folder + "/state.sqlite" }

    init() throws {
        var template = Array("/tmp/postern-state-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StateError.unavailable("no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        store = try StateStore(path: folder + "/state.sqlite", logger: Self.quiet)
    }

    static var quiet: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }

    deinit {
        store.close()
        for name in ["state.sqlite", "state.sqlite-journal"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    /// With the domain postern.test and some accounts whose password is their name, with as few rounds as there can be.
    static func with(_ names: String...) async throws -> TemporaryState {
        let state = try TemporaryState()
        try await state.store.addDomain(domain("postern.test"))
        for name in names { _ = try await state.add(name) }
        return state
    }

    func add(_ name: String, password: String? = nil, iterations: Int = 1) async throws -> Account {
        try await store.addAccount(address: at(name), password: Array((password ?? name).utf8), iterations: iterations)
    }
}

func domain(_ name: String) -> Domain {
    guard let domain = Domain(name) else { preconditionFailure("\(name) is a domain") }
    return domain
}

/// `alice` is alice@postern.test; `@` its catch-all.
func at(_ name: String) -> MailAddress {
    if name == "@" { return MailAddress(localPart: "", domain: domain("postern.test")) }
    guard let address = Alias.address(named: name.contains("@") ? name : name + "@postern.test") else {
        preconditionFailure("\(name) is an address")
    }
    return address
}

/// What the body refuses with; `nil` when it does not refuse.
func refusal(_ body: () async throws -> Void) async -> StateError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? StateError ?? .unavailable("\(error)")
    }
}
