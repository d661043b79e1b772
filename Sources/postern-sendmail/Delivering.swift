internal import Glibc
internal import Host
internal import MailCore
internal import MessageFormat

/// Takes one letter from the standard input and drops it.
struct Delivering {
    private let options: SendmailOptions
    private let caller = Caller()

    /// Octets of a header; more is no header of anybody's.
    private static let longestHeader = 1 << 20

    init(_ options: SendmailOptions) { self.options = options }

    func run() throws(Complaint) {
        var envelope = DropEnvelope(sender: try Self.sender(options, caller), recipients: [], fullName: options.fullName ?? caller.fullName)
        for word in options.recipients {
            for name in try Self.recipients(in: Array(word.utf8)) { envelope.add(name) }
        }
        guard options.readsRecipients || !envelope.recipients.isEmpty else {
            throw Complaint(EX_USAGE, "nobody is named as a recipient; name one, or let -t take them from the header.")
        }
        var lines = InputLines()
        let header = try readHeader(&lines)
        if options.readsRecipients {
            for name in try HeaderRecipients.all(in: header.octets) { envelope.add(name) }
            guard !envelope.recipients.isEmpty else {
                throw Complaint(EX_DATAERR, "neither the header nor the command line names a recipient.")
            }
        }
        try drop(envelope, header, &lines)
    }

    /// `-f <>` is nobody. Anybody may name any sender, as everywhere: who it was stands in the message's Received.
    static func sender(_ options: SendmailOptions, _ caller: Caller) throws(Complaint) -> DropName? {
        guard let text = options.sender else { return DropName(localPart: caller.name.utf8, domain: []) }
        let bare = text.hasPrefix("<") && text.hasSuffix(">") ? text.dropFirst().dropLast() : text[...]
        if bare.isEmpty { return nil }
        guard let name = DropName(bare) else { throw Complaint(EX_USAGE, "\(text) is no address of a sender.") }
        return name
    }

    /// `a, b@example.org`, as in a header.
    static func recipients(in octets: [UInt8]) throws(Complaint) -> [DropName] {
        var names: [DropName] = []
        for case .mailbox(let mailbox) in AddressList.parse(octets) {
            guard let name = DropName(localPart: mailbox.localPart, domain: mailbox.domain) else {
                throw Complaint(EX_DATAERR, "\(String(decoding: octets, as: UTF8.self)) is no address of a recipient.")
            }
            names.append(name)
        }
        guard !names.isEmpty || octets.allSatisfy({ $0 <= 32 }) else {
            throw Complaint(EX_DATAERR, "\(String(decoding: octets, as: UTF8.self)) is no address of a recipient.")
        }
        return names
    }

    private struct Header {
        /// With the empty line behind it, which stands there even when the program left it out.
        var octets: [UInt8] = []
        /// A line that was read with it and is the body's first.
        var first: [UInt8] = []
        var isOver = false
    }

    /// A text without a header gets an empty one; an mbox's `From ` line before it goes.
    private func readHeader(_ lines: inout InputLines) throws(Complaint) -> Header {
        var header = Header()
        while let line = lines.next(limit: 65536) {
            if isEnd(line) {
                header.isOver = true
                break
            }
            if line == [10] || line == [13, 10] {
                header.octets += line
                return header
            }
            if header.octets.isEmpty, line.starts(with: Array("From ".utf8)) { continue }
            guard Self.isHeader(line, isFirst: header.octets.isEmpty) else {
                header.first = Array(line)
                break
            }
            header.octets += line
            guard header.octets.count <= Self.longestHeader else {
                throw Complaint(EX_DATAERR, "the header is larger than 1 MiB.")
            }
        }
        guard !lines.isBroken else { throw Complaint(EX_IOERR, "the message cannot be read to its end; it is not sent.") }
        if let last = header.octets.last, last != 10 { header.octets.append(10) }
        header.octets.append(10)
        return header
    }

    private func isEnd(_ line: ArraySlice<UInt8>) -> Bool {
        !options.ignoresDots && (line == [46, 10] || line == [46, 13, 10] || line == [46])
    }

    /// A field's name and its colon, or the rest of a folded one. RFC 5322 §2.2
    private static func isHeader(_ line: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        guard let first = line.first else { return false }
        if first == 32 || first == 9 { return !isFirst }
        let name = line.prefix { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") }
        return !name.isEmpty && line[name.endIndex...].drop { $0 == 32 || $0 == 9 }.first == UInt8(ascii: ":")
    }

    private func drop(_ envelope: DropEnvelope, _ header: Header, _ lines: inout InputLines) throws(Complaint) {
        do throws(DropFile.Failure) {
            var file = try DropFile(in: Sendmail.folder)
            try file.write(envelope.octets)
            try file.write(header.octets)
            try file.write(header.first)
            if !header.isOver { try copyBody(&lines, to: file) }
            if !lines.isBroken { _ = try file.commit() }
        } catch {
            throw Complaint(error)
        }
        guard !lines.isBroken else { throw Complaint(EX_IOERR, "the message cannot be read to its end; it is not sent.") }
    }

    private func copyBody(_ lines: inout InputLines, to file: borrowing DropFile) throws(DropFile.Failure) {
        if options.ignoresDots {
            while let piece = lines.piece() { try file.write(piece) }
            return
        }
        // A dot ends the message only as a whole line.
        var isLineStart = true
        var pending: [UInt8] = []
        while let line = lines.next(limit: 65536) {
            if isLineStart, isEnd(line) { break }
            isLineStart = line.last == 10
            pending += line
            if pending.count >= 65536 {
                try file.write(pending)
                pending.removeAll(keepingCapacity: true)
            }
        }
        try file.write(pending)
    }
}
