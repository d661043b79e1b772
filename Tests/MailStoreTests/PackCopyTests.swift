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
    func copy(behind start: CopyLedger.Proof = .nothing) throws -> PackCopy { try PackCopy(1, from: source, to: target, behind: start) }
    func proof(_ length: Int) -> CopyLedger.Proof {
        let checksum = octets.prefix(length).withUnsafeBytes { checksum_crc32c(0, $0.baseAddress, $0.count) }
        return CopyLedger.Proof(size: Int64(length), checksum: checksum)
    }

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
            #expect(copy.checksum == pair.proof(length).checksum)
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
            while copy.done < 2_000_000 { _ = try copy.step(to: 2_000_000, limit: 700_000) }
            try pair.change(1_999_999, in: pair.target)
            #expect(throws: StoreError.self) { while try !copy.step(to: 2_000_000, limit: 700_000) {} }
        }
    }

    /// It goes on behind what is proven: what is wrong before that would show if it were read again from the source.
    @Test(arguments: [1_234_567, 1 << 20])
    func whatIsProvenIsNotCopiedAgain(length: Int) throws {
        try PackPair.with(3_000_000) { pair in
            let first = try pair.copy()
            _ = try first.step(to: 3_000_000, limit: Int64(length))
            #expect(try first.prove() == pair.proof(length))
            // More was copied, and the power went before it was proven.
            _ = try first.step(to: 3_000_000, limit: 100_000)
            try pair.change(5, in: pair.source)
            let second = try pair.copy(behind: pair.proof(length))
            #expect((second.done, second.proven) == (Int64(length), Int64(length)))
            #expect(try pair.copied().count == length)
            while try !second.step(to: 3_000_000, limit: 999_999) {}
            #expect(try pair.copied() == pair.octets)
            #expect(second.checksum == pair.proof(3_000_000).checksum)
        }
    }

    @Test func nothingNewIsNoProof() throws {
        try PackPair.with(10_000) { pair in
            #expect(try pair.copy().prove() == nil)
            let copy = try pair.copy()
            while try !copy.step(to: 6000, limit: 6000) {}
            #expect(try pair.copy(behind: pair.proof(6000)).prove() == nil)
        }
    }

    /// Copied to its end and not proven: it is only compared, from where the proof ends.
    @Test func aWholeFileIsComparedBehindItsProof() throws {
        try PackPair.with(2_000_000) { pair in
            try pair.octets.write(to: pair.file(in: pair.target))
            try pair.change(5, in: pair.source)
            let copy = try pair.copy(behind: pair.proof(4096))
            _ = try copy.step(to: 2_000_000, limit: 500_000)
            #expect((copy.done, copy.proven) == (504_096, 504_096))
            #expect(try copy.prove() == pair.proof(504_096))
            while try !copy.step(to: 2_000_000, limit: 500_000) {}
            #expect(try pair.copied() == pair.octets)
        }
    }

    @Test func whatDiffersIsCopiedBehindItsProof() throws {
        try PackPair.with(2_000_000) { pair in
            try pair.octets.write(to: pair.file(in: pair.target))
            try pair.change(1_500_000, in: pair.target)
            try pair.change(5, in: pair.source)
            let copy = try pair.copy(behind: pair.proof(4096))
            while try !copy.step(to: 2_000_000, limit: 600_000) {}
            #expect(try pair.copied() == pair.octets)
        }
    }
}

@Suite struct CopyLedgerTests {
    private func withFolder(_ body: (Folder) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.path + "/postern-ledger-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(try Folder(path, create: true))
    }

    @Test func theLastLineCounts() throws {
        try withFolder { folder in
            var ledger = try CopyLedger(in: folder)
            try ledger.note(3, .init(size: 100, checksum: 0xFFFF_FFFF))
            try ledger.note(4, .init(size: 7, checksum: 1))
            try ledger.note(3, .init(size: 200, checksum: 2))
            #expect(try CopyLedger(in: folder).packs == [3: .init(size: 200, checksum: 2), 4: .init(size: 7, checksum: 1)])
        }
    }

    @Test func aLineThatWasNotEndedIsNone() throws {
        try withFolder { folder in
            let file = URL(fileURLWithPath: folder.path + "/" + CopyLedger.file)
            try Data("1 10 a\n2 xx b\n3 30 ".utf8).write(to: file)
            var ledger = try CopyLedger(in: folder)
            #expect(ledger.packs == [1: .init(size: 10, checksum: 10)])
            try ledger.note(5, .init(size: 50, checksum: 5))
            #expect(try Data(contentsOf: file) == Data("1 10 a\n2 xx b\n5 50 5\n".utf8))
        }
    }

    /// What is not there any more counts for nobody, not even after the next crash, when as much of something else may be there.
    @Test func aProofOfWhatIsGoneIsTakenBack() throws {
        try withFolder { folder in
            var ledger = try CopyLedger(in: folder)
            let proof = CopyLedger.Proof(size: 100, checksum: 9)
            try ledger.note(1, proof)
            try ledger.note(2, proof)
            #expect(try ledger.start(of: 1, there: 100, end: 100) == proof)
            #expect(try ledger.start(of: 1, there: 150, end: 300) == proof)
            #expect(try ledger.start(of: 1, there: 99, end: 300) == .nothing)
            #expect(try ledger.start(of: 2, there: 100, end: 99) == .nothing)
            #expect(try ledger.start(of: 3, there: 100, end: 99) == .nothing)
            #expect(try CopyLedger(in: folder).packs == [1: .nothing, 2: .nothing])
        }
    }
}
