import MailCore

/// A text that is looked for, prepared once: letters are compared without case in every script, and `é` is found whether it is
/// written as one character or as two. RFC 3501 §6.4.4
public struct Needle: Sendable, Hashable {
    let folded: [UInt8]
    /// For each number of octets that matched before one that did not (less one): how many of them may still be the beginning.
    let retreats: [Int]

    public init(_ text: String) {
        var text = text
        let folded = text.withUTF8 { CaseFolder.folded(UnsafeRawBufferPointer($0)) }
        var retreats = [Int](repeating: 0, count: folded.count)
        var length = 0
        for i in folded.indices.dropFirst() {
            while length > 0, folded[i] != folded[length] { length = retreats[length - 1] }
            if folded[i] == folded[length] { length += 1 }
            retreats[i] = length
        }
        self.folded = folded
        self.retreats = retreats
    }

    /// An empty text is found everywhere.
    public var isEmpty: Bool { folded.isEmpty }

    /// In a header field's value, encoded words decoded.
    public func occurs(inHeaderValue value: some Collection<UInt8>) -> Bool {
        value.withOctets { occurs(inText: EncodedWords.decodedUTF8($0)) }
    }

    /// In one of the fields of that name; an empty needle asks whether there is such a field. SEARCH HEADER
    public func occurs(inField name: [UInt8], of header: UnsafeRawBufferPointer) -> Bool {
        HeaderFields(header).contains { place in
            place.name.count == name.count && header.part(place.name).equalsIgnoringCase(name)
                && occurs(inHeaderValue: header.part(place.value))
        }
    }

    /// In one member of an ENVELOPE text that `MessageSummary` made: SEARCH FROM, TO, CC, BCC, SUBJECT without the message. A member
    /// that is NIL holds nothing; addresses are searched in the form `name <mailbox@host>`.
    public func occurs(in member: EnvelopeMember, of envelope: UnsafeRawBufferPointer) -> Bool {
        var reader = EnvelopeReader(envelope)
        return reader.text(of: member).map { occurs(inText: $0) } ?? false
    }

    /// In the text parts of a message and in the headers of messages embedded in it: SEARCH BODY
    public func occurs(inBodyOf message: UnsafeRawBufferPointer) -> Bool {
        isEmpty || occurs(in: message, withHeaders: false)
    }

    /// In a header of the message or of its parts, or in its text parts: SEARCH TEXT
    public func occurs(inTextOf message: UnsafeRawBufferPointer) -> Bool {
        isEmpty || occurs(in: message, withHeaders: true)
    }

    private func occurs(in message: UnsafeRawBufferPointer, withHeaders: Bool) -> Bool {
        var parts = [(part: MessageStructure.parse(message).root, isEmbedded: false)]
        while let (part, isEmbedded) = parts.popLast() {
            if withHeaders || isEmbedded, occurs(inHeader: message.part(part.headerRange)) { return true }
            if part.contentType.type == "text", TextDecoder.contains(self, in: message.part(part.bodyRange), as: part) { return true }
            if let embedded = part.message { parts.append((embedded, true)) }
            parts += part.children.reversed().map { ($0, false) }
        }
        return false
    }

    /// Field by field: the name, a colon, the value.
    private func occurs(inHeader block: UnsafeRawBufferPointer) -> Bool {
        HeaderFields(block).contains { place in
            occurs(inHeaderValue: block.part(place.name.lowerBound..<place.value.upperBound))
        }
    }

    private func occurs(inText text: [UInt8]) -> Bool {
        var search = TextSearch(self)
        return text.withUnsafeBytes { search.found(in: $0) } || search.foundAtEnd()
    }
}

/// The members of an ENVELOPE, in order. RFC 3501 §7.4.2
public enum EnvelopeMember: Int, Sendable, CaseIterable {
    case date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageID

    var isAddressList: Bool {
        switch self {
        case .from, .sender, .replyTo, .to, .cc, .bcc: true
        default: false
        }
    }
}
