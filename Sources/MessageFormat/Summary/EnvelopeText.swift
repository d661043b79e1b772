/// Writes a message's header as an IMAP ENVELOPE:
/// `(date subject from sender reply-to to cc bcc in-reply-to message-id)`. RFC 3501 §7.4.2
struct EnvelopeText {
    /// The envelope of a message without any of these fields.
    static let empty = Array("(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)".utf8)

    private let block: UnsafeRawBufferPointer
    private var places: [(name: FieldName, value: Range<Int>)] = []
    private var text = IMAPText()
    private var scanner = AddressScanner()
    private var scratch: [UInt8] = []
    private var addressesLeft: Int

    /// The text for a header block, and its Date; `addressesLeft` is counted down, beyond it addresses are left out.
    static func render(_ block: UnsafeRawBufferPointer, addressesLeft: inout Int) -> (text: [UInt8], date: WrittenDate?) {
        var envelope = EnvelopeText(block: block, addressesLeft: addressesLeft)
        let text = envelope.rendered()
        addressesLeft = envelope.addressesLeft
        let date = envelope.places.first { $0.name == .date }
        return (text, date.flatMap { WrittenDate(parsing: block.part($0.value)) })
    }

    private init(block: UnsafeRawBufferPointer, addressesLeft: Int) {
        self.block = block
        self.addressesLeft = addressesLeft
        places.reserveCapacity(16)
        let fields = HeaderFields(block)
        for place in fields {
            if let name = FieldName(block.part(place.name)), name.isOfEnvelope { places.append((name, place.value)) }
        }
    }

    private mutating func rendered() -> [UInt8] {
        text.reserve(512)
        text.mark("(")
        add(.date)
        text.mark(" ")
        add(.subject)
        text.mark(" ")
        let start = text.bytes.count
        _ = addAddresses(.from)
        let from = start..<text.bytes.count
        text.mark(" ")
        addAddresses(.sender, orElse: from)
        text.mark(" ")
        addAddresses(.replyTo, orElse: from)
        for name in [FieldName.to, .cc, .bcc] {
            text.mark(" ")
            _ = addAddresses(name)
        }
        text.mark(" ")
        add(.inReplyTo)
        text.mark(" ")
        add(.messageID)
        text.mark(")")
        return text.bytes
    }

    /// A field's text, unfolded; the first one where there are several. Absent is NIL, empty is `""`.
    private mutating func add(_ name: FieldName) {
        guard let place = places.first(where: { $0.name == name }) else { return text.add("NIL") }
        scratch.removeAll(keepingCapacity: true)
        block.part(place.value).unfold(into: &scratch)
        text.add(string: scratch)
    }

    /// The mailboxes of all fields of that name; absent or empty is NIL, which is answered with `false`.
    private mutating func addAddresses(_ name: FieldName) -> Bool {
        var isEmpty = true
        for place in places where place.name == name {
            scanner.begin(block.part(place.value))
            var isGroupOpen = false
            while addressesLeft > 0, let member = scanner.next() {
                if isEmpty { text.mark("(") }
                isEmpty = false
                addressesLeft -= 1
                isGroupOpen = member == .groupStart || isGroupOpen && member != .groupEnd
                add(member)
            }
            if isGroupOpen { add(.groupEnd) }
        }
        text.add(isEmpty ? "NIL" : ")")
        return !isEmpty
    }

    /// Sender and Reply-To are From where they are not there or empty.
    private mutating func addAddresses(_ name: FieldName, orElse from: Range<Int>) {
        let start = text.bytes.count
        if !addAddresses(name) {
            text.drop(from: start)
            text.add(again: from)
        }
    }

    /// `(name route mailbox host)`. A host of NIL marks a group: its name in the place of the mailbox, at its end NIL too.
    /// A missing domain is therefore an empty string.
    private mutating func add(_ member: AddressScanner.Member) {
        switch member {
        case .mailbox:
            text.mark("(")
            text.add(optional: scanner.name.isEmpty ? nil : scanner.name)
            text.mark(" ")
            text.add(optional: scanner.route.isEmpty ? nil : scanner.route)
            text.mark(" ")
            text.add(string: scanner.localPart)
            text.mark(" ")
            text.add(string: scanner.domain)
            text.mark(")")
        case .groupStart:
            text.add("(NIL NIL ")
            text.add(string: scanner.name)
            text.add(" NIL)")
        case .groupEnd:
            text.add("(NIL NIL NIL NIL)")
        }
    }
}

extension FieldName {
    fileprivate var isOfEnvelope: Bool {
        switch self {
        case .date, .subject, .from, .sender, .replyTo, .to, .cc, .bcc, .inReplyTo, .messageID: true
        default: false
        }
    }
}
