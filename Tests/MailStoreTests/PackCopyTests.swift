import CChecksum
import Foundation
import Glibc
import Testing

@testable import MailStore

/// Two folders, and a pack in the first.
private struct PackPair {
    let source: Folder
    let target: Folder
    let octets: Data

    static func with(_ length: Int, _ body: (PackPair) throws -> Void) throws {
        let parent = FileManager.default.temporaryDirectory.path + "/postern-copy-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: parent) }
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        var state: UInt64 = 1
        let octets = Data(
            (0..<length).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            })
        let (source, target) = (try Folder(parent + "/a", create: true), try Folder(parent + "/b", create: true))
        let pair = PackPair(source: source, target: target, octets: octets)
        try octets.write(to: pair.file(in: pair.source))
        try body(pair)
    }

    func file(in folder: Folder) -> URL { URL(fileURLWithPath: folder.path + "/" + PackName.file(1)) }
    func copied() throws -> Data { try Data(contentsOf: file(in: target)) }
    func copy() throws -> PackCopy { try PackCopy(1, from: source, to: target) }
    func checksum(_ length: Int) -> UInt32 { octets.prefix(length).withUnsafeBytes { checksum_crc32c(0, $0.baseAddress, $0.count) } }

    /// Writes another octet there than there is.
    func change(_ place: Int, in folder: Folder) throws {
        let file = try SystemFile(PackName.file(1), in: folder, flags: O_RDWR)
        try withUnsafeBytes(of: ~octets[place]) { try file.write($0, at: Int64(place)) }
        try file.sync()
    }
}

@Suite struct PackCopyTests {
    @Test(arguments: [1, 4095, 4096, 4097, 1 << 20, 3_000_001])
    func aPackIsCopiedAndProven(length: Int) throws {
        try PackPair.with(length) { pair in
            let copy = try pair.copy()
            var steps = 0
            while try !copy.step(to: Int64(length), limit: 1_000_003) { steps += 1 }
            #expect(steps == 2 * ((length + 1_000_002) / 1_000_003) - 1)
            #expect(try pair.copied() == pair.octets)
            #expect(copy.checksum == pair.checksum(length))
        }
    }

    /// The open pack ends somewhere, and later somewhere else; mail comes, and comes no more.
    @Test func aPackThatGrowsIsCopiedInRounds() throws {
        try PackPair.with(2_500_000) { pair in
            let copy = try pair.copy()
            for (round, end) in [16, 5000, 1_048_576, 1_048_577, 2_000_000].enumerated() {
                while try !copy.step(to: Int64(end), limit: 600_000, isAlone: round % 2 == 1) {}
                #expect(try pair.copied() == pair.octets.prefix(end))
            }
        }
    }

    @Test func whatTheDriveChangedIsFound() throws {
        try PackPair.with(2_000_000) { pair in
            let copy = try pair.copy()
            while !copy.isCopied(to: 2_000_000) { _ = try copy.step(to: 2_000_000, limit: 700_000) }
            try pair.change(1_999_999, in: pair.target)
            #expect(throws: StoreError.self) { while try !copy.step(to: 2_000_000, limit: 700_000) {} }
        }
    }
}
