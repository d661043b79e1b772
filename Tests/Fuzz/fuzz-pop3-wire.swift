import MailCore
import POP3Wire

/// Any octets are a command line, and a message that is sent: grammars stay within their bounds, and a message must come back from
/// its wire form the same for every client, in whatever pieces it was sent.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPOP3Wire(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    readLine(Array(octets.prefix { $0 != 10 }))
    if let cut = octets.first {
        let message = Array(octets.dropFirst())
        send(message, cut: Int(cut % 7) + 1)
        show(message, lines: Int(cut % 5), cut: Int(cut % 7) + 1)
    }
    return 0
}

private func readLine(_ line: [UInt8]) {
    var scanner = Scanner(line)
    if let name = try? scanner.commandName() {
        precondition((1...8).contains(name.description.utf8.count), "a keyword has one to eight letters")
        readArguments(scanner)
    }
    readArguments(Scanner(line))
}

private func readArguments(_ start: Scanner) {
    var scanner = start
    if let number = try? scanner.number() { precondition((0...Int(UInt32.max)).contains(number), "numbers have 32 bits") }
    scanner = start
    if let number = try? scanner.numberOrNothing() { precondition(number >= 0, "no number is negative") }
    scanner = start
    if let word = try? scanner.word("a word") { precondition(!word.isEmpty && !word.contains(32), "a word has no spaces") }
    scanner = start
    if let text = try? scanner.text("a text") { precondition(!text.isEmpty && scanner.atEnd, "a text goes to the end of the line") }
    scanner = start
    try? scanner.nothingMore()
}

private func send(_ message: [UInt8], cut: Int) {
    let sent = wire(message, pieces: message.count)
    precondition(sent == wire(message, pieces: cut), "a message is the same in any pieces")
    let wanted = withPairs(message)
    precondition(heard(sent, endingLinesWith: [13, 10]) == wanted, "a client that ends lines at CRLF hears the message")
    precondition(heard(sent, endingLinesWith: [10]) == wanted, "a client that ends lines at LF hears the message")
}

/// What a client reads from an answer: lines up to the one that is a dot alone, which must be the last.
private func heard(_ wire: [UInt8], endingLinesWith end: [UInt8]) -> [UInt8]? {
    var message: [UInt8] = []
    var line: [UInt8] = []
    for (index, octet) in wire.enumerated() {
        line.append(octet)
        guard line.suffix(end.count).elementsEqual(end) else { continue }
        if line == [46, 13, 10] { return index == wire.count - 1 ? message : nil }
        message += line.first == 46 ? line.dropFirst() : line[...]
        line = []
    }
    return nil
}

/// The message with CRLF for every bare LF and at its end.
private func withPairs(_ message: [UInt8]) -> [UInt8] {
    var pairs: [UInt8] = []
    for octet in message {
        if octet == 10, pairs.last != 13 { pairs.append(13) }
        pairs.append(octet)
    }
    if let last = message.last, last != 10 { pairs += [13, 10] }
    return pairs
}

private func wire(_ message: [UInt8], pieces: Int) -> [UInt8] {
    var stuffer = DotStuffer()
    var wire: [UInt8] = []
    for start in stride(from: 0, to: message.count, by: max(1, pieces)) {
        message[start..<min(start + max(1, pieces), message.count)].withUnsafeBytes { stuffer.encode($0) { wire += $0 } }
    }
    stuffer.finish { wire += $0 }
    return wire
}

private func show(_ message: [UInt8], lines: Int, cut: Int) {
    let whole = shown(message, lines: lines, pieces: message.count)
    precondition(whole == shown(message, lines: lines, pieces: cut), "TOP is the same in any pieces")
    precondition(message.starts(with: whole), "TOP is a message's beginning")
    precondition(whole.count == message.count || whole.last == 10, "TOP ends with a line")
    precondition(shown(message, lines: lines + 1, pieces: cut).count >= whole.count, "more lines are not less")
}

private func shown(_ message: [UInt8], lines: Int, pieces: Int) -> [UInt8] {
    var extent = TopExtent(lines: lines)
    var shown: [UInt8] = []
    for start in stride(from: 0, to: message.count, by: max(1, pieces)) where !extent.isComplete {
        let piece = message[start..<min(start + max(1, pieces), message.count)]
        let count = piece.withUnsafeBytes { extent.take($0) }
        precondition((0...piece.count).contains(count), "nothing is shown that did not come")
        shown += piece.prefix(count)
    }
    return shown
}
