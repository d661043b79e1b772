public import MailCore

/// What `BDAT` says about the octets behind its line: `chunk-size [SP "LAST"]`. RFC 3030 §2
public struct ChunkHeader: Hashable, Sendable {
    /// Octets; what does not fit is `Int.max`, which is larger than any limit. Never a size for a buffer.
    public let size: Int
    public let isLast: Bool

    public init(parsing line: inout Scanner) throws(SyntaxError) {
        let digits = line.take { $0.isASCIIDigit }
        guard (1...20).contains(digits.count) else { throw line.error(wanted: "a chunk size") }
        var number = Scanner(Array(digits))
        size = (try? number.number()).map(Int.init) ?? .max
        if line.atEnd {
            isLast = false
            return
        }
        try line.expect(" ")
        line.skipSpaces()
        try line.expect("LAST")
        isLast = true
        try line.expectEnd()
    }
}
