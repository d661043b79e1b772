import Host
import MailCore
import MessageFormat

/// Letters that we drop ourselves: the rest of one that must wait, and reports to who wrote one.
struct LetterWriting {
    let folder: DropFolder
    let host: String

    /// Octets of a message that are returned with a report.
    private static let largestReturned = 50 << 10

    /// Leaves the letter with only these recipients, under the same name, which makes doing it twice harmless. Throws what the disk says.
    func keep(_ reading: LetterReading, named name: String, for recipients: [DropName]) throws {
        var envelope = reading.envelope
        envelope.recipients = recipients
        var file = try DropFile(in: folder.path, name: Self.bare(name))
        try file.write(envelope.octets)
        var place = reading.start
        while place < reading.letter.size {
            guard let octets = reading.letter.bytes(from: place, count: LetterReading.piece), !octets.isEmpty else {
                throw LetterReading.Refusal.unreadable
            }
            try file.write(octets)
            place += octets.count
        }
        _ = try file.commit()
    }

    /// Drops a report to the letter's sender about recipients that nothing came of. Nobody is told of a report's own failure.
    func report(
        _ reading: LetterReading, named name: String, to sender: MailAddress,
        _ failures: [(recipient: MailAddress, status: EnhancedStatus, words: String)],
        id: MessageID, at now: Int64
    ) throws {
        let isWhole = reading.size <= Self.largestReturned
        let head = reading.head(Self.largestReturned)
        let length = head.withUnsafeBytes { HeaderRewriting.length(of: $0) } ?? head.count
        let report = DeliveryReport(
            .failed, host: host, sender: sender, envelopeID: "", arrival: reading.letter.written, date: now, id: id,
            recipients: failures.map {
                DeliveryReport.Recipient(
                    address: $0.recipient, original: "", status: $0.status, remote: "", words: $0.words, isReply: false, lastAttempt: now)
            }, returned: Self.withCRLF(isWhole ? head : Array(head[..<length])), returnsAll: isWhole)
        var file = try DropFile(in: folder.path, name: Self.bare(name))
        try file.write(DropEnvelope(sender: nil, recipients: [.address(sender)]).octets)
        try file.write(report.octets)
        _ = try file.commit()
    }

    private static func bare(_ name: String) -> String { String(name.dropFirst("mail-".utf8.count)) }

    private static func withCRLF(_ octets: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(octets.count + octets.count / 32)
        for octet in octets where octet != 13 {
            if octet == 10 { out.append(13) }
            out.append(octet)
        }
        return out
    }
}
