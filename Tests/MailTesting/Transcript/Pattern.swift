/// What a line shall be: text, `*` for any octets, `$(TEXT*COUNT)` for a repetition, `$name` for a word that is kept, or must be the
/// kept one again.
///
/// A `* ` at the beginning of an IMAP response stands for itself. Names of captures begin with a small letter, so that keywords
/// such as `$Forwarded` stay text.
struct Pattern: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        case text([UInt8])
        case anything
        case capture(String)
    }

    /// As it was written.
    let source: String
    private let pieces: [Piece]

    init(_ source: String, isResponse: Bool = false) {
        self.source = source
        var pieces: [Piece] = []
        var text: [UInt8] = []
        var rest = Array(source.utf8)[...]
        if isResponse, rest.starts(with: Array("* ".utf8)) {
            text = [rest.removeFirst()]
        }
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "*") {
                pieces += [.text(text), .anything]
                text = []
            } else if octet == UInt8(ascii: "$"), let repeated = try? ClientText.repetition(&rest) {
                text += repeated
            } else if octet == UInt8(ascii: "$"), let name = Self.takeName(&rest) {
                pieces += [.text(text), .capture(name)]
                text = []
            } else {
                text.append(octet)
            }
        }
        pieces.append(.text(text))
        self.pieces = pieces.filter { $0 != .text([]) }
    }

    /// Small letters and digits after a `$`; nothing is taken when there are none, or when a capital shows that it is a keyword.
    static func takeName(_ rest: inout ArraySlice<UInt8>) -> String? {
        let name = rest.prefix { $0.isLowercaseLetter || (48...57).contains($0) }
        guard name.first?.isLowercaseLetter == true, rest.dropFirst(name.count).first.map({ !(65...90).contains($0) }) ?? true else {
            return nil
        }
        rest = rest.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }

    /// Whether the whole line is of this form. New captures are kept only when it is.
    func matches(_ line: [UInt8], _ captures: inout [String: [UInt8]]) -> Bool {
        guard let found = Self.match(pieces[...], line[...], captures) else { return false }
        captures = found
        return true
    }

    private static func match(
        _ pieces: ArraySlice<Piece>, _ line: ArraySlice<UInt8>, _ captures: [String: [UInt8]]
    ) -> [String: [UInt8]]? {
        guard let piece = pieces.first else { return line.isEmpty ? captures : nil }
        let others = pieces.dropFirst()
        switch piece {
        case .text(let text):
            return line.starts(with: text) ? match(others, line.dropFirst(text.count), captures) : nil
        case .anything:
            if others.isEmpty { return captures }
            for start in line.startIndex...line.endIndex {
                if let found = match(others, line[start...], captures) { return found }
            }
            return nil
        case .capture(let name):
            if let known = captures[name] { return match([.text(known)] + others, line, captures) }
            let longest = line.prefix { $0.isWordOctet }.count
            for length in stride(from: longest, to: 0, by: -1) {
                var next = captures
                next[name] = Array(line.prefix(length))
                if let found = match(others, line.dropFirst(length), next) { return found }
            }
            return nil
        }
    }

    /// How a failure names it: what any text may follow is left out, captures show their values.
    func description(with captures: [String: [UInt8]]) -> String {
        var text = source
        while text.hasSuffix("*") || text.hasSuffix(" ") { text.removeLast() }
        for (name, value) in captures.sorted(by: { $0.key.count > $1.key.count }) {
            text = text.replacing("$\(name)", with: String(decoding: value, as: UTF8.self))
        }
        return text.isEmpty ? source : text
    }
}

extension UInt8 {
    var isLowercaseLetter: Bool { (97...122).contains(self) }

    /// What a captured word is made of: neither spaces nor brackets nor quotes.
    fileprivate var isWordOctet: Bool {
        self > 32 && self != 127 && !"()[]{}<>\"".utf8.contains(self)
    }
}
