/// Looks for several needles in one part's text while its body comes in pieces, cut anywhere: the body of a giant need not be in memory.
///
/// `@unchecked Sendable`: it belongs to one task, which may go from thread to thread; nothing in it is tied to a thread.
public final class PartSearch: @unchecked Sendable {
    private var text: PartText
    private var searches: [TextSearch]
    /// Which needles have been met, in the order in which they were given.
    public private(set) var found: [Bool]

    public init(_ needles: [Needle], as part: MessagePart) {
        text = PartText(part)
        searches = needles.map { TextSearch($0) }
        found = needles.map(\.isEmpty)
    }

    /// All needles have been met; the rest of the body need not be read.
    public var isDone: Bool { !found.contains(false) }

    /// Takes the next octets of the body.
    public func take(_ octets: UnsafeRawBufferPointer) {
        guard !isDone else { return }
        text.decode(octets) { look(in: $0) }
    }

    /// Ends the body.
    public func finish() {
        guard !isDone else { return }
        text.finish { look(in: $0) }
        for i in searches.indices { found[i] = searches[i].foundAtEnd() }
    }

    private func look(in piece: UnsafeRawBufferPointer) {
        for i in searches.indices { found[i] = searches[i].found(in: piece) }
    }
}
