import Foundation
import MailCore
import MailTesting
import StateStore
import Synchronization
import Testing

@testable import AdminServer

@Suite struct PermissionTests {
    @Test func whoIsRefusedHearsWhy() async throws {
        let seen = Mutex<[PeerCredentials]>([])
        let permission = AdminPermission { peer in
            seen.withLock { $0.append(peer) }
            return false
        }
        try await House.open(permission: permission) { house in
            try await DialogueTests.play(
                [
                    .init(
                        "POST /api/domains", #"{"name":"example.org"}"#, 403,
                        #"{"error":"Only root and members of the group postern-admin may administer the mail server.","reason":"forbidden"}"#
                    ),
                    .init(
                        "GET /nothing", nil, 403,
                        #"{"error":"Only root and members of the group postern-admin may administer the mail server.","reason":"forbidden"}"#
                    ),
                ], in: house)
            #expect(house.state.directory.domains.isEmpty)
        }
        #expect(seen.withLock { $0 } == Array(repeating: PeerCredentials(user: geteuid(), group: getegid()), count: 2))
    }

    @Test func rootAndTheDaemonsOwnUserMay() {
        #expect(AdminPermission.operators.permits(PeerCredentials(user: 0, group: 0)))
        #expect(AdminPermission.operators.permits(PeerCredentials(user: geteuid(), group: 4_000_000)))
        #expect(!AdminPermission.operators.permits(PeerCredentials(user: 4_000_000, group: 4_000_000)))
    }

    /// Another user is known by the kernel, whatever it says. Needs root to become another user.
    @Test(.enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")))
    func anotherUserIsRefused() async throws {
        try await House.open { house in
            for path in [house.folder, house.socket] { chmod(path, 0o777) }
            let text = "GET /api/status HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n"
            let script = """
                import socket
                s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect("\(house.socket)"); s.sendall(b"\(text)")
                print(s.recv(65536).split()[1].decode())
                """
            let words = ["--reuid", "65534", "--regid", "65534", "--clear-groups", "/usr/bin/python3", "-c", script]
            let said = try ChildProcess.run("/usr/bin/setpriv", words).output
            #expect(said == "403\n")
        }
    }

    @Test func modeOfTheSocket() async throws {
        let folder = try await House.open { house in
            let attributes = try FileManager.default.attributesOfItem(atPath: house.socket)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o660)
            return house.folder
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/admin.sock"))
    }

    @Test func aPathThatIsTooLongIsTold() {
        let path = "/tmp/" + String(repeating: "x", count: 110)
        let said = "\(SocketFile.PathTooLong(path: path))"
        #expect(said == "The path of a socket has at most 107 bytes, which \(path) exceeds; choose a shorter state folder.")
    }
}
