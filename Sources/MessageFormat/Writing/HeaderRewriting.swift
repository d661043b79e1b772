public import MailCore

/// What is changed in a message's header on its way out; never in the store. F27, F47
///
/// `Return-Path` always goes: it tells where a message was delivered, and whoever delivers it next writes its own (RFC 5321 §4.4).
public struct HeaderRewriting: Hashable, Sendable {
    /// From becomes this address, with the name that stood there; where there was no Reply-To, the old From becomes it. F27
    public var sender: MailAddress?
    /// The subject is written as RFC 2047 UTF-8, whatever it was written in. F47
    public var recodesSubject: Bool

    public init(sender: MailAddress? = nil, recodesSubject: Bool = false) {
        self.sender = sender
        self.recodesSubject = recodesSubject
    }

    /// How many octets of the message are its header with the empty line; `nil` when the end is not among them.
    public static func length(of message: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        while let feed = message.position(of: 10, from: start) {
            if feed == start || feed == start + 1 && message[start] == 13 { return feed + 1 }
            start = feed + 1
        }
        return nil
    }

    /// The header block, with or without the empty line behind it, as it goes out. Fields that are not meant stay as they are, octet by
    /// octet; so do lines that are no fields.
    public func apply(_ block: UnsafeRawBufferPointer) -> [UInt8] {
        let fields = HeaderFields(block)
        var out: [UInt8] = []
        out.reserveCapacity(block.count + 256)
        var kept = 0
        var hasSubject = false
        var hasFrom = false
        let hasReplyTo = sender != nil && fields.first(named: "reply-to") != nil
        let charset = recodesSubject ? Self.declaredCharset(fields) : nil
        for place in fields {
            guard let change = change(of: place, in: fields, hasReplyTo: hasReplyTo, charset: charset, &hasSubject, &hasFrom) else {
                continue
            }
            out.append(contentsOf: block.part(kept..<place.whole.lowerBound))
            out += change
            kept = place.whole.upperBound
        }
        out.append(contentsOf: block.part(kept..<block.count))
        return out
    }

    /// What stands in the field's stead; `nil` when it stays.
    private func change(
        of place: HeaderFields.Place, in fields: HeaderFields, hasReplyTo: Bool, charset: String?, _ hasSubject: inout Bool,
        _ hasFrom: inout Bool
    ) -> [UInt8]? {
        let name = fields.block.part(place.name)
        if name.isText("return-path") { return [] }
        if name.isText("subject"), recodesSubject, !hasSubject {
            hasSubject = true
            return recoded(fields.unfolded(place), charset: charset)
        }
        guard let sender else { return nil }
        // With one author who is the sender there is nothing for it to say. RFC 5322 §3.6.2
        if name.isText("sender") { return [] }
        guard name.isText("from") else { return nil }
        if hasFrom { return [] }
        hasFrom = true
        let value = fields.unfolded(place)
        let from = Array("From: ".utf8) + Self.displayName(value) + Array("<\(sender)>\r\n".utf8)
        guard !hasReplyTo, !value.isEmpty else { return from }
        return from + Array("Reply-To:".utf8) + fields.block.part(place.value) + [13, 10]
    }

    /// The first author's name with a blank behind it, as a phrase; empty when there is none.
    private static func displayName(_ value: [UInt8]) -> [UInt8] {
        for case .mailbox(let mailbox) in AddressList.parse(value, limit: 4) {
            guard !mailbox.name.isEmpty else { return [] }
            let text = EncodedWords.decode(mailbox.name).unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
            // Blanks count once in a phrase, and what would have to be escaped is left out.
            let words = String(String.UnicodeScalarView(text)).split { $0 == " " || $0 == "\\" || $0 == "\"" }
            let name = words.joined(separator: " ")
            guard !name.isEmpty else { return [] }
            if name.utf8.allSatisfy({ $0.isAtomText || $0 == 32 }), !name.contains("=?") { return Array("\(name) ".utf8) }
            if name.utf8.allSatisfy({ $0 < 0x80 }), !name.contains("=?") {
                return Array("\"\(name)\" ".utf8)
            }
            return Array(EncodedWordWriter.words(name, firstRoom: 60).joined(separator: [13, 10, 32])) + [13, 10, 32]
        }
        return []
    }

    /// `nil` when it is ASCII, or encoded words in UTF-8, already.
    private func recoded(_ value: [UInt8], charset: String?) -> [UInt8]? {
        let isRaw = value.contains { $0 >= 0x80 }
        guard isRaw || value.withUnsafeBytes(Self.hasForeignWord) else { return nil }
        var text = value
        // Raw octets that are no UTF-8 are read as the body's charset, which the same program wrote.
        if isRaw, let charset, String(validating: value, as: UTF8.self) == nil, TextDecoder.knows(charset: charset) {
            text = Array(TextDecoder.repairedText(value, charset: charset).utf8)
        }
        return EncodedWordWriter.field("Subject", text: EncodedWords.decode(text))
    }

    private static func hasForeignWord(_ value: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while let opening = value.position(of: UInt8(ascii: "="), followedBy: UInt8(ascii: "?"), from: at) {
            guard let word = EncodedWord(at: opening, of: value, blanksAllowed: true) else {
                at = opening + 1
                continue
            }
            if !value.part(word.charset).isText("utf-8") { return true }
            at = word.whole.upperBound
        }
        return false
    }

    private static func declaredCharset(_ fields: HeaderFields) -> String? {
        guard let place = fields.first(named: "content-type"), let type = ContentType(parsing: fields.block.part(place.value)) else {
            return nil
        }
        return type.parameters.first { $0.name == "charset" }.map { String(decoding: $0.value, as: UTF8.self) }
    }
}

extension HeaderFields {
    /// Whether a value of the block has octets beyond ASCII: such a header needs SMTPUTF8. RFC 6532 §3
    public static func isASCII(_ block: UnsafeRawBufferPointer) -> Bool { block.endOfASCII(from: 0) == block.count }

    /// Whether a program sent it by itself, so that nobody is told of its failure. RFC 3834 §5
    public static func isAutomatic(_ block: UnsafeRawBufferPointer) -> Bool {
        let fields = HeaderFields(block)
        guard let place = fields.first(named: "auto-submitted") else { return false }
        let value = fields.unfolded(place).prefix { $0 != UInt8(ascii: ";") && $0 != 32 }
        return !value.equalsIgnoringCase("no".utf8)
    }
}
