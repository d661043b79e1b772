import MailCore
import SMTPWire

/// Any octets are a command line, and what follows DATA and BDAT: what is read must write back as itself, and a message must be the
/// same in whatever pieces it comes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSMTPWire(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    readLine(octets)
    if let cut = octets.first {
        decode(Array(octets.dropFirst()), cut: Int(cut))
        readReply(Array(octets.dropFirst()), cut: Int(cut))
        encode(Array(octets.dropFirst()), cut: Int(cut))
    }
    return 0
}

/// The first line, as the session reads it, and each grammar at its beginning.
private func readLine(_ octets: [UInt8]) {
    let line = Array(octets.prefix { $0 != 10 })
    _ = CommandLine.hasControlCharacter(line)
    var scanner = CommandLine.scanner(line)
    if let name = try? scanner.verbName() {
        precondition((1...8).contains(name.description.utf8.count), "a verb has one to eight letters")
        _ = CommandLine.isHTTP(name)
        readArguments(scanner)
        if scanner.take("FROM:") || scanner.take("TO:") { readArguments(scanner) }
    }
    readArguments(Scanner(line))
}

private func readArguments(_ start: Scanner) {
    var scanner = start
    if let path = try? scanner.reversePath() {
        if let address = path.address { requireWrites(address) }
        _ = try? SenderParameters(parsing: &scanner)
    }
    scanner = start
    if case .address(let address) = try? scanner.forwardPath() {
        requireWrites(address)
        requireParameter("ORCPT", XText.originalRecipient(address), atMost: 500)
    }
    scanner = start
    if let parameters = try? SenderParameters(parsing: &scanner) {
        precondition(parameters.declaredSize.map { $0.bytes >= 0 } ?? true, "no size is negative")
        precondition(scanner.atEnd, "parameters go to the end of the line")
        requireParameter("ENVID", parameters.envelopeID, atMost: 100)
    }
    scanner = start
    if let parameters = try? RecipientParameters(parsing: &scanner) {
        precondition(scanner.atEnd, "parameters go to the end of the line")
        precondition(parameters.notify.isEmpty || parameters.notify.contains(.said), "what is wished was said")
        requireParameter("ORCPT", parameters.original, atMost: 500)
        // What is kept of it is read as itself by the next server.
        var again = Scanner(" ORCPT=\(parameters.original)")
        if !parameters.original.isEmpty {
            precondition((try? RecipientParameters(parsing: &again))?.original == parameters.original, "ORCPT reads back as another")
        }
    }
    scanner = start
    if let chunk = try? ChunkHeader(parsing: &scanner) { precondition(chunk.size >= 0, "no chunk is negative") }
    scanner = start
    if let name = try? HeloName(parsing: &scanner) {
        precondition(name.octets.allSatisfy { (33...126).contains($0) && !"()<>;\"\\@,".utf8.contains($0) }, "a trace stays well-formed")
        precondition((1...255).contains(name.octets.count), "a name is within its bounds")
    }
}

/// What goes on to the next server is within its bound and cannot break out of its place.
private func requireParameter(_ keyword: String, _ value: String, atMost limit: Int) {
    precondition(value.utf8.count <= limit, "a parameter is within its bound")
    precondition(value.isEmpty || OutgoingCommand.parameter(keyword, value) != nil, "a parameter can be said again")
}

/// What goes into Return-Path reads back as the same address and cannot break out of its line.
private func requireWrites(_ address: MailAddress) {
    let text = address.description
    precondition(MailAddress(text) == address, "an address that was read writes back as itself")
    precondition(text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "an address has no control characters")
}

private func decode(_ octets: [UInt8], cut: Int) {
    for framing in [MessageDecoder.Framing.dotStuffed, .octets] {
        for newlines in [MessageDecoder.BareNewlines.kept, .madeCRLF] {
            let whole = decode(octets, framing, newlines, pieces: octets.count)
            precondition(whole == decode(octets, framing, newlines, pieces: cut % 7 + 1), "a message is the same in any pieces")
            precondition(whole.taken <= octets.count, "nothing is taken that did not come")
            if newlines == .madeCRLF || !whole.hasBareNewline { requirePairs(whole.message) }
            if whole.isComplete {
                precondition(framing == .dotStuffed, "only a dot ends a message")
                let end = octets.prefix(whole.taken)
                precondition(
                    end.count == 3 ? end.elementsEqual(".\r\n".utf8) : end.suffix(5).elementsEqual("\r\n.\r\n".utf8),
                    "only CRLF.CRLF ends DATA")
            }
        }
    }
}

private struct Decoded: Equatable {
    var message: [UInt8] = []
    var taken = 0
    var isComplete = false
    var hasBareNewline = false
    var headerSize = 0
}

private func decode(
    _ octets: [UInt8], _ framing: MessageDecoder.Framing, _ newlines: MessageDecoder.BareNewlines, pieces: Int
) -> Decoded {
    var decoder = MessageDecoder(framing, bareNewlines: newlines)
    var header = HeaderMeter()
    var decoded = Decoded()
    func keep(_ span: UnsafeRawBufferPointer) {
        decoded.message += span
        header.feed(span)
    }
    octets.withUnsafeBytes { raw in
        while !decoder.isComplete, decoded.taken < raw.count {
            let piece = UnsafeRawBufferPointer(rebasing: raw[decoded.taken..<min(raw.count, decoded.taken + max(1, pieces))])
            let used = decoder.decode(piece, keep)
            precondition(used == piece.count || decoder.isComplete, "all is taken up to the end")
            decoded.taken += used
        }
    }
    decoder.finish(keep)
    decoded.isComplete = decoder.isComplete
    decoded.hasBareNewline = decoder.hasBareNewline
    decoded.headerSize = header.size
    precondition(header.size <= decoded.message.count, "a header is a part of its message")
    return decoded
}

private func requirePairs(_ message: [UInt8]) {
    var previous: UInt8 = 0
    for octet in message {
        precondition((octet == 10) == (previous == 13), "CR and LF stand as a pair")
        previous = octet
    }
    precondition(previous != 13, "CR and LF stand as a pair")
}

/// A server's reply is the same in whatever pieces it comes, and bounded.
private func readReply(_ octets: [UInt8], cut: Int) {
    func parse(_ step: Int) -> (ReplyParser, Int) {
        var parser = ReplyParser()
        var place = 0
        while place < octets.count, !parser.isOver {
            let piece = Array(octets[place..<min(place + step, octets.count)])
            place += piece.withUnsafeBytes { parser.take($0) }
        }
        return (parser, place)
    }
    let (whole, end) = parse(octets.count)
    let (pieces, other) = parse(cut + 1)
    precondition(whole.reply == pieces.reply && whole.failure == pieces.failure && end == other, "pieces make a difference")
    guard let reply = whole.reply else { return }
    precondition((200...599).contains(reply.code) && reply.lines.count <= ReplyParser.mostLines, "a reply is within its bounds")
    precondition(reply.description.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "a reply has no control characters")
    _ = reply.status
    let offers = Offers(reply)
    precondition(offers.largest.map { $0 > 0 } ?? true, "no size is negative")
}

/// What is encoded in whatever pieces decodes to the same message, with every line end made CRLF, and ends where it should.
private func encode(_ octets: [UInt8], cut: Int) {
    var wire: [UInt8] = []
    var encoder = MessageEncoder(stuffsDots: true)
    for start in stride(from: 0, to: octets.count, by: cut + 1) {
        Array(octets[start..<min(start + cut + 1, octets.count)]).withUnsafeBytes { encoder.encode($0, into: &wire) }
    }
    encoder.finish(into: &wire)
    var plain: [UInt8] = []
    var chunks = MessageEncoder(stuffsDots: false)
    octets.withUnsafeBytes { chunks.encode($0, into: &plain) }
    chunks.finish(into: &plain)
    var decoder = MessageDecoder(.dotStuffed)
    var back: [UInt8] = []
    let used = wire.withUnsafeBytes { decoder.decode($0) { back += $0 } }
    precondition(decoder.isComplete && used == wire.count && !decoder.hasBareNewline, "a message ends at its end")
    precondition(back == plain, "DATA and BDAT bring different messages")
}
