/// A line that ends a part of a multipart. RFC 2046 §5.1.1
struct Delimiter {
    /// The multipart's place among the open parts.
    var level: Int
    /// It is the last one: `--boundary--`.
    var isClosing: Bool
}

/// The beginning of a line that lies in several pieces, as long as the line may be a delimiter.
struct LineBeginning: Sendable {
    /// Longer lines are no delimiters: RFC 2046 §5.1.1 allows 70 octets of boundary, some programs write more, and blanks may follow.
    static let limit = 1000

    private var octets: [UInt8] = []
    private var mayBeDelimiter = true

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard mayBeDelimiter else { return }
        octets.append(contentsOf: bytes.part(0..<LineBeginning.limit + 1))
        if octets.count > LineBeginning.limit || octets.prefix(2).contains(where: { $0 != UInt8(ascii: "-") }) {
            mayBeDelimiter = false
            octets = []
        }
    }

    func delimiter(in tree: PartTree) -> Delimiter? {
        mayBeDelimiter ? octets.withUnsafeBytes { tree.delimiter($0) } : nil
    }
}
