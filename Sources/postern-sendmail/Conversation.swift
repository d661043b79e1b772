internal import Glibc
internal import Host
internal import MailCore
internal import SMTPWire

/// `-bs`: SMTP on the standard streams, for programs that drive sendmail so. Every message becomes a letter in the folder; whether its
/// recipients exist, the daemon finds out. RFC 5321
///
/// | state | MAIL | RCPT | DATA |
/// |---|---|---|---|
/// | no sender | → sender | 503 | 503 |
/// | sender | 503 | → recipients | 503 |
/// | recipients | 503 | one more | → no sender |
struct Conversation {
    private let options: SendmailOptions
    private let caller = Caller()
    private var lines = InputLines()
    private var sender: DropName??
    private var recipients: [DropName] = []
    /// It has been said that nothing can be taken; the program learns of it by the exit code, too.
    private var failure: DropFile.Failure?

    private static let longestLine = 4096
    private static let mostRecipients = 10_000

    init(_ options: SendmailOptions) { self.options = options }

    mutating func run() throws(Complaint) {
        say("220 \(HostName.current) ESMTP Postern\r\n")
        while let line = lines.next(limit: Self.longestLine) {
            guard line.last == 10 else {
                say("500 5.5.2 The line is too long, or the input has ended in it.\r\n")
                break
            }
            let text = line.dropLast(line.count > 1 && line[line.endIndex - 2] == 13 ? 2 : 1)
            if !answer(Array(text)) { break }
        }
        if let failure { throw Complaint(failure) }
    }

    private func say(_ text: String) { Standard.write(Array(text.utf8)) }

    /// Whether the dialogue goes on.
    private mutating func answer(_ line: [UInt8]) -> Bool {
        guard !SMTPWire.CommandLine.hasControlCharacter(line) else {
            say("500 5.5.2 That is no text.\r\n")
            return true
        }
        var scanner = SMTPWire.CommandLine.scanner(line)
        switch (try? scanner.verbName())?.description {
        case "HELO": say("250 \(HostName.current)\r\n")
        case "EHLO":
            reset()
            say("250-\(HostName.current)\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES\r\n")
        case "MAIL": mail(&scanner)
        case "RCPT": recipient(&scanner)
        case "DATA": data()
        case "RSET":
            reset()
            say("250 2.0.0 Ok\r\n")
        case "NOOP": say("250 2.0.0 Ok\r\n")
        case "VRFY": say("252 2.5.0 Send it, and it will be found out.\r\n")
        case "QUIT":
            say("221 2.0.0 Bye\r\n")
            return false
        default: say("500 5.5.1 That command is not there.\r\n")
        }
        return true
    }

    private mutating func reset() {
        sender = nil
        recipients = []
    }

    private mutating func mail(_ scanner: inout Scanner) {
        guard sender == nil else { return say("503 5.5.1 There is a sender already.\r\n") }
        guard scanner.take("FROM:"), let path = Self.path(&scanner), (try? SenderParameters(parsing: &scanner)) != nil else {
            return say("501 5.5.4 Write MAIL FROM:<address>.\r\n")
        }
        sender = .some(path.isEmpty ? nil : DropName(path))
        guard path.isEmpty || DropName(path) != nil else {
            sender = nil
            return say("553 5.1.7 That is no address.\r\n")
        }
        say("250 2.1.0 Ok\r\n")
    }

    private mutating func recipient(_ scanner: inout Scanner) {
        guard sender != nil else { return say("503 5.5.1 Say MAIL FROM first.\r\n") }
        guard scanner.take("TO:"), let path = Self.path(&scanner) else { return say("501 5.5.4 Write RCPT TO:<address>.\r\n") }
        guard let name = DropName(path) else { return say("553 5.1.3 That is no address.\r\n") }
        guard recipients.count < Self.mostRecipients else { return say("452 4.5.3 Too many recipients.\r\n") }
        if !recipients.contains(name) { recipients.append(name) }
        say("250 2.1.5 Ok\r\n")
    }

    /// What stands in angle brackets, or a bare word, which many programs write.
    private static func path(_ scanner: inout Scanner) -> String? {
        scanner.skipSpaces()
        guard scanner.take(UInt8(ascii: "<")) else {
            let word = scanner.take { $0 > 32 }
            return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
        }
        var isQuoted = false
        let inside = scanner.take { octet in
            if octet == UInt8(ascii: "\"") { isQuoted.toggle() }
            return isQuoted || octet != UInt8(ascii: ">")
        }
        guard scanner.take(UInt8(ascii: ">")) else { return nil }
        return String(decoding: inside, as: UTF8.self)
    }

    private mutating func data() {
        guard let sender, !recipients.isEmpty else { return say("503 5.5.1 Say MAIL FROM and RCPT TO first.\r\n") }
        say("354 End with a dot alone on a line.\r\n")
        var envelope = DropEnvelope(sender: sender, recipients: recipients, fullName: caller.fullName)
        if let name = options.fullName { envelope.fullName = name }
        var hasEnded = false
        do throws(DropFile.Failure) {
            var file = try DropFile(in: Sendmail.folder)
            try file.write(envelope.octets)
            guard try copyMessage(to: file) else { return }
            hasEnded = true
            say("250 2.0.0 Ok: dropped as \(try file.commit())\r\n")
        } catch {
            failure = error
            if !hasEnded { skipMessage() }
            say("451 4.3.0 \(error)\r\n")
        }
        reset()
    }

    /// Programs that speak so write bare LF as well. Whether the end dot came.
    private mutating func copyMessage(to file: borrowing DropFile) throws(DropFile.Failure) -> Bool {
        var isLineStart = true
        var pending: [UInt8] = []
        while let line = lines.next(limit: 65536) {
            if isLineStart, line == [46, 13, 10] || line == [46, 10] {
                try file.write(pending)
                return true
            }
            pending += isLineStart && line.first == 46 ? line.dropFirst() : line
            isLineStart = line.last == 10
            if pending.count >= 65536 {
                try file.write(pending)
                pending.removeAll(keepingCapacity: true)
            }
        }
        return false
    }

    private mutating func skipMessage() {
        var isLineStart = true
        while let line = lines.next(limit: 65536) {
            if isLineStart, line == [46, 13, 10] || line == [46, 10] { return }
            isLineStart = line.last == 10
        }
    }
}
