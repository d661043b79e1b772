/// Takes transfer encoding and charset off a part's body, piece by piece.
struct PartText: ~Copyable {
    private var transfer: TransferDecoder
    private var charset: CharsetDecoder
    private var text: [UInt8] = []

    init(_ part: MessagePart) {
        transfer = TransferDecoder(part.transferEncoding)
        charset = CharsetDecoder(part.contentType.charset.flatMap { Charset(named: $0) } ?? .utf8)
    }

    /// Calls `take` with the text of the next octets, well-formed UTF-8 that ends between characters.
    mutating func decode<R>(_ octets: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> R) -> R {
        text.removeAll(keepingCapacity: true)
        transfer.decode(octets) { charset.decode($0, into: &text) }
        return text.withUnsafeBytes(take)
    }

    /// Calls `take` with what is left at the body's end.
    mutating func finish<R>(_ take: (UnsafeRawBufferPointer) -> R) -> R {
        text.removeAll(keepingCapacity: true)
        charset.finish(into: &text)
        return text.withUnsafeBytes(take)
    }
}
