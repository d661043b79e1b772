import CChecksum
import Testing

@Suite struct ChecksumTests {
    private static let octets = [UInt8]((0..<8000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })

    /// As the polynomial says, a bit at a time.
    private static func slowly(_ checksum: UInt32, _ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~checksum) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { checksum, _ in checksum >> 1 ^ (checksum & 1) &* 0x82F6_3B78 }
        }
    }

    /// RFC 3720 appendix B.4
    @Test func theRFCsExamples() {
        let examples: [([UInt8], UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E), (Array("123456789".utf8), 0xE306_9283),
        ]
        for (bytes, checksum) in examples { #expect(checksum_crc32c(0, bytes, bytes.count) == checksum) }
    }

    /// Around the lengths at which it goes on in another way, from any place, in one go and in two.
    @Test(arguments: [0, 1, 7, 8, 9, 511, 512, 513, 1535, 1536, 1537, 1544, 3071, 3072, 3073, 4096, 7993])
    func itIsTheSameInEveryWay(length: Int) {
        for start in [0, 1, 7] {
            let bytes = Array(Self.octets[start..<start + length])
            let whole = checksum_crc32c(5, bytes, length)
            #expect(whole == Self.slowly(5, bytes))
            for cut in [0, length / 3, length] {
                let first = checksum_crc32c(5, bytes, cut)
                #expect(checksum_crc32c(first, Array(bytes[cut...]), length - cut) == whole)
            }
        }
    }
}
