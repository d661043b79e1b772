import MailCore
import MessageFormat

/// Any octets are a message: all that is made of one is made, for the message as a whole and cut into pieces; both must agree, and
/// IMAP texts must be well-formed. The octets are also taken for a header value, a date, a kept summary and an envelope.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessageFormat(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = UnsafeRawBufferPointer(start: start, count: count)
    for limits in [StructureLimits(), narrow(count)] { checkMessage(octets, limits) }
    checkText(octets)
    checkSubmission(octets)
    checkRewriting(octets)
    checkConversion(octets)
    return 0
}

/// A submitted message is the same in whatever pieces it comes, has a date and a name, and betrays nobody.
private func checkSubmission(_ octets: UnsafeRawBufferPointer) {
    func completed(_ size: Int) -> [UInt8] {
        var header = SubmittedHeader(date: "Thu, 01 Jan 1970 00:00:00 +0000", messageID: "<1@postern.test>")
        var out: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: size) {
            header.feed(UnsafeRawBufferPointer(rebasing: octets[start..<min(start + size, octets.count)])) { out += $0 }
        }
        header.finish { out += $0 }
        return out
    }
    let whole = completed(max(1, octets.count))
    precondition(completed(1) == whole && completed(7) == whole, "pieces make a difference to a submission")
    whole.withUnsafeBytes { raw in
        let fields = HeaderFields(raw)
        precondition(fields.first(named: "bcc") == nil && fields.first(named: "resent-bcc") == nil, "a blind copy is told")
        precondition(fields.first(named: "date") != nil && fields.first(named: "message-id") != nil, "a submission is not completed")
    }
}

/// Limits that small messages reach too, at different places.
private func narrow(_ count: Int) -> StructureLimits {
    StructureLimits(headerBlock: ByteCount(200), parts: 2 + count % 6, depth: 1 + count % 4, addresses: 3, details: ByteCount(200))
}

private func checkMessage(_ octets: UnsafeRawBufferPointer, _ limits: StructureLimits) {
    let whole = MessageStructure.parse(octets, limits: limits)
    let summary = whole.summary
    precondition(isWellFormed(summary.envelope), "the envelope is no IMAP text")
    precondition(isWellFormed(summary.bodyStructure), "the body structure is no IMAP text")
    precondition(isWellFormed(whole.body), "the body is no IMAP text")
    precondition(summary.encoded.withUnsafeBytes { MessageSummary(encoded: $0) } == summary, "a summary does not go both ways")
    precondition(whole.root.range == 0..<octets.count, "the message is not the whole of it")

    // Pieces whose sizes the octets themselves decide.
    var parser = StructureParser(limits: limits)
    var at = 0
    while at < octets.count {
        let size = min(octets.count - at, Int(octets[at] % 16) + 1)
        parser.feed(UnsafeRawBufferPointer(rebasing: octets[at..<at + size]))
        at += size
    }
    let pieces = parser.finish()
    precondition(pieces.root == whole.root && pieces.header == whole.header, "pieces make a difference")

    let needle = Needle(String(decoding: octets.suffix(2), as: UTF8.self))
    var parts = [whole.root]
    while let part = parts.popLast() {
        precondition(part.headerRange.upperBound == part.bodyRange.lowerBound && part.bodyRange.upperBound <= octets.count)
        precondition(part.lines >= 0 && part.lines <= part.bodyRange.count)
        _ = part.fileName
        let body = UnsafeRawBufferPointer(rebasing: octets[part.bodyRange])
        _ = TextDecoder.text(of: body, as: part, limit: .kibibytes(4))
        let search = PartSearch([needle], as: part)
        for start in stride(from: 0, to: body.count, by: 5) {
            search.take(UnsafeRawBufferPointer(rebasing: body[start..<min(start + 5, body.count)]))
        }
        search.finish()
        precondition(search.found == [TextDecoder.contains(needle, in: body, as: part)], "pieces are searched differently")
        parts += part.children
        if let message = part.message { parts.append(message) }
    }
    _ = whole.headerFields
    _ = whole.part([1, 1, 2])
}

private func checkText(_ octets: UnsafeRawBufferPointer) {
    let needle = Needle(String(decoding: octets.prefix(3), as: UTF8.self))
    _ = needle.occurs(inBodyOf: octets)
    _ = needle.occurs(inTextOf: octets)
    for member in EnvelopeMember.allCases { _ = Needle("x").occurs(in: member, of: octets) }
    let fields = HeaderFields(octets)
    _ = fields.selecting([Array("to".utf8)])
    _ = fields.excluding([Array("to".utf8)])
    _ = HeaderDate.parse(octets).map { HeaderDate.format($0) }
    precondition(AddressList.parse(octets, limit: 50).count <= 51)
    let decoded = EncodedWords.decode(octets)
    if !octets.isEmpty, !decoded.isEmpty { precondition(Needle(decoded).occurs(inHeaderValue: octets), "a text is not found in itself") }
    _ = MessageSummary(encoded: octets)
    _ = MessageSummary.sentDay(ofEncoded: octets)
}

/// One parenthesised list of strings, numbers, NIL and lists. RFC 3501 §9
private func isWellFormed(_ text: [UInt8]) -> Bool {
    var depth = 0
    var at = 0
    while at < text.count {
        switch text[at] {
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"):
            depth -= 1
            if depth < 0 || depth == 0 && at != text.count - 1 { return false }
        case UInt8(ascii: "\""):
            at += 1
            while at < text.count, text[at] != UInt8(ascii: "\"") {
                if text[at] == UInt8(ascii: "\\") { at += 1 }
                guard at < text.count, text[at] >= 32 && text[at] < 127 || text[at] == 9 else { return false }
                at += 1
            }
        case UInt8(ascii: "{"):
            var length = 0
            at += 1
            while at < text.count, text[at].isASCIIDigit {
                length = length * 10 + Int(text[at] - 48)
                at += 1
            }
            let start = at + 3
            guard start + length <= text.count, text[at..<start].elementsEqual("}\r\n".utf8), !text[start..<start + length].contains(0)
            else { return false }
            at = start + length - 1
        case 32, 48...57, UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "L"): break
        default: return false
        }
        at += 1
    }
    return depth == 0 && !text.isEmpty
}

/// What goes out keeps what was not meant, has one author when that was wanted, and is the same when it is rewritten again.
private func checkRewriting(_ octets: UnsafeRawBufferPointer) {
    let length = HeaderRewriting.length(of: octets) ?? octets.count
    let header = UnsafeRawBufferPointer(rebasing: octets[..<length])
    guard let sender = MailAddress("new@relay.test") else { preconditionFailure("this is an address") }
    let rewriting = HeaderRewriting(sender: sender, recodesSubject: true)
    let once = rewriting.apply(header)
    let twice = once.withUnsafeBytes { rewriting.apply($0) }
    let thrice = twice.withUnsafeBytes { rewriting.apply($0) }
    precondition(twice == thrice, "rewriting comes to no end")
    twice.withUnsafeBytes { block in
        let fields = HeaderFields(block)
        precondition(fields.first(named: "return-path") == nil, "a message that is sent has no return path")
        if let from = fields.first(named: "from") {
            let value = String(decoding: fields.unfolded(from), as: UTF8.self)
            precondition(value.hasSuffix("<new@relay.test>"), "the author is another")
        }
        if let subject = fields.first(named: "subject") {
            precondition(fields.unfolded(subject).allSatisfy { $0 < 0x80 }, "the subject has raw octets")
        }
    }
    _ = HeaderFields.isAutomatic(header)
    _ = HeaderFields.isASCII(header)
}

/// What is converted is ASCII, has the same parts, each with the same content, and is converted no more.
private func checkConversion(_ octets: UnsafeRawBufferPointer) {
    let whole = MessageStructure.parse(octets)
    guard let once = converted(octets, whole.root) else { return }
    once.withUnsafeBytes { raw in
        precondition(HeaderFields.isASCII(raw), "what is converted has octets beyond ASCII")
        let again = MessageStructure.parse(raw)
        requireSameContent(whole.root, octets, again.root, raw)
        guard let plan = SevenBitPlan(again.root, survey(raw, again.root)) else { preconditionFailure("ASCII can be sent as it is") }
        precondition(plan.steps.allSatisfy { if case .body = $0 { false } else { true } }, "what is converted is converted again")
    }
}

private func survey(_ octets: UnsafeRawBufferPointer, _ root: MessagePart) -> EightBitSurvey {
    var survey = EightBitSurvey(root)
    for start in stride(from: 0, to: octets.count, by: 7) {
        survey.feed(UnsafeRawBufferPointer(rebasing: octets[start..<min(start + 7, octets.count)]))
    }
    return survey
}

private func converted(_ octets: UnsafeRawBufferPointer, _ root: MessagePart) -> [UInt8]? {
    let head = UnsafeRawBufferPointer(rebasing: octets[root.headerRange])
    guard HeaderFields.isASCII(head), let plan = SevenBitPlan(root, survey(octets, root)) else { return nil }
    var out = Array(head)
    if let encoding = plan.encoding {
        guard let declared = SevenBitPlan.header(head, encoding, ofMessage: true) else { return nil }
        out = declared
    }
    for step in plan.steps {
        switch step {
        case .header(let range, let encoding, let isMessage):
            let block = UnsafeRawBufferPointer(rebasing: octets[range])
            guard let declared = SevenBitPlan.header(block, encoding, ofMessage: isMessage) else { return nil }
            out += declared
        case .copy(let range), .body(let range, _):
            var encoder = step.encoder
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 5) {
                encoder.encode(UnsafeRawBufferPointer(rebasing: octets[start..<min(start + 5, range.upperBound)]), into: &out)
            }
            encoder.finish(into: &out)
        }
    }
    return out
}

private func requireSameContent(_ a: MessagePart, _ from: UnsafeRawBufferPointer, _ b: MessagePart, _ to: UnsafeRawBufferPointer) {
    var pairs = [(a, b)]
    while let (a, b) = pairs.popLast() {
        precondition(a.children.count == b.children.count && (a.message == nil) == (b.message == nil), "a part is lost or won")
        pairs += zip(a.children, b.children)
        if let one = a.message, let other = b.message { pairs.append((one, other)) }
        guard a.children.isEmpty, a.message == nil else { continue }
        let before = a.content(of: UnsafeRawBufferPointer(rebasing: from[a.bodyRange]))
        let after = b.content(of: UnsafeRawBufferPointer(rebasing: to[b.bodyRange]))
        let isText = b.transferEncoding == "quoted-printable" && a.transferEncoding != b.transferEncoding
        precondition(isText ? lines(before) == lines(after) : before == after, "a part's content is another")
    }
}

/// Every line end as LF.
private func lines(_ octets: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    for (place, octet) in octets.enumerated() {
        if octet == 13 {
            out.append(10)
        } else if octet != 10 || place == 0 || octets[place - 1] != 13 {
            out.append(octet)
        }
    }
    return out
}
