import Foundation
import Glibc
import Testing

@testable import MailStore

@Suite struct PackListTests {
    /// Calls `body` with a folder of packs of these sizes, numbered from 1 on, and with what makes more of them.
    private func withPacks(_ sizes: [Int], _ body: (Folder, (Int64, Int) throws -> Void) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/postern-list-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let make = { (number: Int64, size: Int) in
            try Data(count: size).write(to: URL(fileURLWithPath: folder + "/" + PackName.file(number)))
        }
        for (place, size) in sizes.enumerated() { try make(Int64(place + 1), size) }
        try body(try Folder(folder), make)
    }

    @Test func whatIsProvenThereIsNotMissing() throws {
        try withPacks([10, 20, 30, 40]) { folder, _ in
            let list = try PackList(of: folder, before: (4, 35)) { number, size in number == 2 && size == 20 }
            #expect(list.sealed == [1: 10, 2: 20, 3: 30])
            #expect(list.missing == [1, 3])
            #expect((list.bytes, list.proven) == (60, 20))
            #expect(list.open == (4, 35))
        }
    }

    @Test func whatIsSealedLaterIsMissing() throws {
        try withPacks([10, 20]) { folder, make in
            var list = try PackList(of: folder, before: (2, 5)) { _, _ in false }
            list.prove(1)
            #expect(list.missing == [])
            // The open pack is sealed at 20; number 3 was taken and given back; 4 was a spool; 5 is open.
            try make(4, 70)
            try make(5, 1000)
            list.look(at: folder, before: (5, 16))
            #expect(list.sealed == [1: 10, 2: 20, 4: 70])
            #expect(list.missing == [2, 4])
            #expect((list.bytes, list.proven) == (100, 10))
            list.prove(4)
            list.prove(4)
            #expect((list.missing, list.proven) == ([2], 80))
        }
    }

    @Test func lookingAgainChangesNothing() throws {
        try withPacks([10, 20]) { folder, _ in
            var list = try PackList(of: folder, before: (2, 5)) { _, _ in false }
            list.look(at: folder, before: (2, 15))
            #expect((list.missing, list.bytes) == ([1], 10))
            #expect(list.open == (2, 15))
        }
    }
}
