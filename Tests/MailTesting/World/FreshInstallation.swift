import Foundation
import Synchronization

/// What a server begins with, made once in a process and copied for each server: three accounts with their folders are a dozen
/// commits, which would take most of a short transcript's time.
enum FreshInstallation {
    private static let made = Task {
        let folder = try TemporaryFolder()
        let server = try TestServer(settings: [:], folder: folder)
        try await server.start()
        try await server.addDomain(TestServer.domain)
        for name in ["alice", "bob", "carol"] { try await server.addAccount(name, isEnabled: true) }
        await server.stop()
        // Nothing static is ever let go of, so that the folder would outlive the process.
        original.withLock { $0 = folder.path }
        atexit { try? FileManager.default.removeItem(atPath: original.withLock { $0 }) }
        return folder
    }

    private static let original = Mutex("")

    static func copy() async throws -> TemporaryFolder { try TemporaryFolder(copyOf: try await made.value) }
}
