import Glibc
import Testing

@testable import posternd

struct StateFolderTests {
    /// A path that is not there yet, in a folder that is taken away afterwards.
    static func withPath(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/postern-state-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { for path in ["/a/b/posternd.pid", "/a/b", "/a", ""] { remove(folder + path) } }
        try body(folder + "/a/b")
    }

    @Test func madeForUsAlone() throws {
        try Self.withPath { path in
            let folder = try StateFolder(path)
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o700)
            #expect(access(folder.pidFile, F_OK) == 0)
            folder.release()
            #expect(access(folder.pidFile, F_OK) != 0)
        }
    }

    @Test func neverTwice() throws {
        try Self.withPath { path in
            do {
                let first = try StateFolder(path)
                do throws(StateFolder.Refusal) {
                    _ = try StateFolder(path)
                    Issue.record("two daemons share a folder")
                } catch {
                    #expect(error.description == "Another posternd uses the state folder \(path); stop it first, or choose another.")
                }
                first.release()
            }
            _ = try StateFolder(path)
        }
    }

    @Test func notAFolder() throws {
        do throws(StateFolder.Refusal) {
            _ = try StateFolder("/dev/null/state")
            Issue.record("a device is no folder")
        } catch {
            #expect(error.description == "The folder /dev/null/state cannot be made: Not a directory.")
        }
    }
}
