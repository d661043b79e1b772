/// The form in which a summary is kept, read in place: valid as long as the bytes are.
///
///     version        1 octet, 1
///     header length  number
///     sent           1 octet, 0 for none or 1; then 8 octets Unix seconds and 2 octets minutes of zone, both big-endian, signed
///     envelope       number of octets, octets
///     bodyStructure  the rest
///
/// A number is written in groups of seven bits, the lowest first, the high bit set in all but the last.
struct EncodedSummary {
    static let version: UInt8 = 1

    let headerLength: Int
    let sent: (unix: Int64, zone: Int)?
    let envelope: UnsafeRawBufferPointer
    let bodyStructure: UnsafeRawBufferPointer

    static func encode(_ summary: MessageSummary) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(24 + summary.envelope.count + summary.bodyStructure.count)
        out.append(version)
        append(summary.headerLength, to: &out)
        if let sent = summary.sentDate {
            out.append(1)
            withUnsafeBytes(of: sent.bigEndian) { out.append(contentsOf: $0) }
            withUnsafeBytes(of: Int16(clamping: summary.sentZone).bigEndian) { out.append(contentsOf: $0) }
        } else {
            out.append(0)
        }
        append(summary.envelope.count, to: &out)
        out.append(contentsOf: summary.envelope)
        out.append(contentsOf: summary.bodyStructure)
        return out
    }

    private static func append(_ number: Int, to out: inout [UInt8]) {
        precondition(number >= 0, "lengths are not negative")
        var rest = UInt(bitPattern: number)
        while rest >= 128 {
            out.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        out.append(UInt8(rest))
    }

    /// `nil` when it is not this form: the index may have been written by a newer program, or be damaged.
    init?(_ raw: UnsafeRawBufferPointer) {
        var at = 1
        guard raw.first == EncodedSummary.version, let headerLength = EncodedSummary.number(raw, &at), at < raw.count else { return nil }
        let hasDate = raw[at]
        at += 1
        switch hasDate {
        case 0: sent = nil
        case 1:
            guard raw.count - at >= 10 else { return nil }
            let unix = Int64(bigEndian: raw.loadUnaligned(fromByteOffset: at, as: Int64.self))
            sent = (unix, Int(Int16(bigEndian: raw.loadUnaligned(fromByteOffset: at + 8, as: Int16.self))))
            // Beyond any calendar it is damage; adding a zone must not overflow.
            guard abs(unix / 2) < 1 << 60 else { return nil }
            at += 10
        default: return nil
        }
        guard let length = EncodedSummary.number(raw, &at), length <= raw.count - at else { return nil }
        self.headerLength = headerLength
        envelope = raw.part(at..<at + length)
        bodyStructure = raw.part(at + length..<raw.count)
    }

    private static func number(_ raw: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while at < raw.count, shift < 56 {
            let octet = raw[at]
            at += 1
            value |= Int(octet & 127) << shift
            if octet < 128 { return value }
            shift += 7
        }
        return nil
    }
}
