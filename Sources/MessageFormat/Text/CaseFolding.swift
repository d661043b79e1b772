import MailCore

/// Makes text comparable without case in every script, piece by piece: capitals become small letters (`ß` becomes `ss`, final `ς`
/// becomes `σ`), and letters with marks take one form. UTF-8 in, UTF-8 out.
struct CaseFolder {
    /// The last scalar, which a mark may still change.
    private var held: UInt32?

    /// Appends the folded form. The text is well-formed UTF-8, pieces end between scalars; the last scalar is held back.
    mutating func fold(_ text: UnsafeRawBufferPointer, into out: inout [UInt8]) {
        var at = 0
        while at < text.count {
            let end = text.endOfASCII(from: at)
            if end > at {
                release(into: &out)
                let start = out.count
                out.append(contentsOf: text.part(at..<end - 1))
                out.lowercaseASCII(from: start)
                held = UInt32(text[end - 1].asciiLowercased)
                at = end
            } else {
                let (scalar, length) = text.scalar(at: at)
                at += length
                add(scalar, &out)
            }
        }
    }

    /// Appends what was held back.
    mutating func finish(into out: inout [UInt8]) { release(into: &out) }

    /// A text that is there as a whole.
    static func folded(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var folder = CaseFolder()
        folder.fold(text, into: &out)
        folder.finish(into: &out)
        return out
    }

    private mutating func release(into out: inout [UInt8]) {
        if let held { out.append(scalar: held) }
        held = nil
    }

    private mutating func add(_ scalar: UInt32, _ out: inout [UInt8]) {
        if let simple = CaseFolder.simple(scalar) { return push(simple, &out) }
        guard let scalar = Unicode.Scalar(scalar) else { return push(0xFFFD, &out) }
        for part in CaseFolder.full(scalar) { push(part, &out) }
    }

    private mutating func push(_ scalar: UInt32, _ out: inout [UInt8]) {
        if CombiningMarks.mayJoin(scalar), let held, let composed = CombiningMarks.composed(held, scalar) {
            self.held = composed
        } else {
            release(into: &out)
            held = scalar
        }
    }

    /// The folded scalar, when there is one that can be told quickly. Ideographs, kana and Hangul have no case.
    @inline(__always) private static func simple(_ scalar: UInt32) -> UInt32? {
        if scalar < tableEnd {
            let folded = table[Int(scalar)]
            return folded == 0 ? nil : folded
        }
        return scalar < 0xA640 || scalar &- 0xAC00 < 0x4E00 || scalar >= 0x1F000 ? scalar : nil
    }

    /// Everything with small and capital letters that is in daily use lies below.
    private static let tableEnd: UInt32 = 0x3000

    /// Folded scalars; 0 where there are several.
    private static let table: [UInt32] = (0..<tableEnd).map { value in
        guard let scalar = Unicode.Scalar(value) else { return value }
        let folded = full(scalar)
        return folded.count == 1 ? folded[0] : 0
    }

    /// Small, capital, small again: that is what makes `ẞ`, `ſ`, `ς` and ligatures meet their likes.
    private static func full(_ scalar: Unicode.Scalar) -> [UInt32] {
        scalar.properties.lowercaseMapping.unicodeScalars
            .flatMap { $0.properties.uppercaseMapping.unicodeScalars }
            .flatMap { $0.properties.lowercaseMapping.unicodeScalars }
            .map(\.value)
    }
}
