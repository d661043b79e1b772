/// A message's MIME tree, with octet offsets into the message, and its header block.
public struct MessageStructure: Sendable {
    public var root: MessagePart
    /// The message's own header block with the empty line; cut off at `StructureLimits.headerBlock`.
    public var header: [UInt8]
    let limits: StructureLimits

    /// The structure of a message that is there as a whole.
    public static func parse(_ message: UnsafeRawBufferPointer, limits: StructureLimits = .init()) -> MessageStructure {
        var parser = StructureParser(limits: limits)
        parser.feed(message)
        return parser.finish()
    }

    /// The fields of the message's own header, in order.
    public var headerFields: [HeaderField] {
        header.withUnsafeBytes { block in
            let fields = HeaderFields(block)
            return fields.map { fields.field(at: $0) }
        }
    }

    /// What the index keeps of the message.
    public var summary: MessageSummary {
        var addressesLeft = limits.addresses
        let envelope = header.withUnsafeBytes { EnvelopeText.render($0, addressesLeft: &addressesLeft) }
        return MessageSummary(
            headerLength: root.headerRange.count, sentDate: envelope.date?.unix, sentZone: envelope.date?.zone ?? 0,
            envelope: envelope.text, bodyStructure: BodyStructureText.render(root, isExtensible: true))
    }

    /// IMAP BODY text, the form without extension data. RFC 3501 §7.4.2
    public var body: [UInt8] { BodyStructureText.render(root, isExtensible: false) }

    /// The part with an IMAP number: `[2, 1]` is `2.1`, `[]` the message itself; `nil` where there is none. RFC 9051 §6.4.5.1
    ///
    /// A message that is no multipart has one part, 1, which is its body. Numbers below a message/rfc822 part are those of the
    /// message in it.
    public func part(_ path: [Int]) -> MessagePart? {
        var part = root
        var isMessage = true
        for number in path {
            if !isMessage, let embedded = part.message {
                part = embedded
                isMessage = true
            }
            if part.isMultipart {
                guard number >= 1, number <= part.children.count else { return nil }
                part = part.children[number - 1]
            } else if !isMessage || number != 1 {
                return nil
            }
            isMessage = false
        }
        return part
    }
}
