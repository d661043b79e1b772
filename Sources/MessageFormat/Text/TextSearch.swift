/// Looks for a needle in text that comes in pieces, in time that grows with the text alone (Knuth, Morris, Pratt).
struct TextSearch {
    private let needle: Needle
    private var folder = CaseFolder()
    private var folded: [UInt8] = []
    /// Octets of the needle that the text ends with so far.
    private var matched = 0
    private var isFound: Bool

    init(_ needle: Needle) {
        self.needle = needle
        isFound = needle.isEmpty
    }

    /// Whether the needle has been met. Pieces are well-formed UTF-8 that end between characters.
    mutating func found(in piece: UnsafeRawBufferPointer) -> Bool {
        if isFound { return true }
        folded.removeAll(keepingCapacity: true)
        folder.fold(piece, into: &folded)
        look()
        return isFound
    }

    mutating func foundAtEnd() -> Bool {
        if isFound { return true }
        folded.removeAll(keepingCapacity: true)
        folder.finish(into: &folded)
        look()
        return isFound
    }

    private mutating func look() {
        folded.withUnsafeBytes { text in
            needle.folded.withUnsafeBufferPointer { wanted in
                needle.retreats.withUnsafeBufferPointer { retreats in
                    var at = 0
                    var matched = self.matched
                    while at < text.count {
                        if matched == 0 {
                            guard let next = text.position(of: wanted[0], from: at) else { break }
                            at = next
                        }
                        while matched > 0, wanted[matched] != text[at] { matched = retreats[matched - 1] }
                        if wanted[matched] == text[at] { matched += 1 }
                        if matched == wanted.count {
                            isFound = true
                            return
                        }
                        at += 1
                    }
                    self.matched = matched
                }
            }
        }
    }
}
