import CChecksum
import Foundation
import Glibc
import Testing

@testable import MailStore

@Suite struct DirectFileTests {
    /// Past the kernel's memory, and through it.
    @Test(arguments: [true, false])
    func whatIsWrittenInAnyPiecesIsReadBackInAny(bypassing: Bool) throws {
        let path = FileManager.default.temporaryDirectory.path + "/postern-direct-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = try Folder(path, create: true)
        let octets = Data((0..<2_300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
        try octets.write(to: URL(fileURLWithPath: path + "/a"))
        let source = try SystemFile("a", in: folder, flags: O_RDONLY)
        let buffer = CopyBuffer()
        for cuts in [[0, 1, 4096, 4097, 1_048_576, 2_300_000], [0, 2_300_000], [0, 1_048_000, 1_049_000, 2_299_999, 2_300_000]] {
            let file = try DirectFile("b", in: folder, flags: O_RDWR | O_CREAT | O_TRUNC)
            var checksum: UInt32 = 0
            for (begin, end) in zip(cuts, cuts.dropFirst()) {
                checksum = try file.fill(from: source, Int64(begin)..<Int64(end), checksum: checksum, through: buffer, bypassing: bypassing)
            }
            try file.sync()
            #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/b")) == octets)
            #expect(checksum == octets.withUnsafeBytes { checksum_crc32c(0, $0.baseAddress, $0.count) })
            for piece in [1_000_003, 4096, 2_300_000] {
                var back: UInt32 = 0
                for place in stride(from: 0, to: octets.count, by: piece) {
                    let range = Int64(place)..<Int64(min(octets.count, place + piece))
                    back = try file.checksum(range, from: back, through: buffer, bypassing: bypassing)
                }
                #expect(back == checksum)
            }
            #expect(throws: StoreError.self) { try file.checksum(2_299_000..<2_300_001, from: 0, through: buffer, bypassing: bypassing) }
        }
    }
}
