public import MailCore

/// What became of a message's way, as a message to its sender: multipart/report with a sentence for people, fields for programs, and what
/// it is about. RFC 3461–3464, RFC 6522, RFC 6533 for addresses beyond ASCII.
public struct DeliveryReport: Sendable {
    public enum Action: String, Sendable {
        case failed
        case delayed
        case relayed
        case delivered
        case expanded
    }

    /// One recipient. RFC 3464 §2.3
    public struct Recipient: Sendable {
        public var address: MailAddress
        /// ORCPT as the client wrote it; empty when there was none.
        public var original: String
        public var status: EnhancedStatus
        /// The host that said so; empty when none did.
        public var remote: String
        /// Its reply, or our sentence.
        public var words: String
        public var isReply: Bool
        /// Unix seconds.
        public var lastAttempt: Int64
        /// Unix seconds: for a delay.
        public var willRetryUntil: Int64?

        public init(
            address: MailAddress, original: String, status: EnhancedStatus, remote: String, words: String, isReply: Bool,
            lastAttempt: Int64,
            willRetryUntil: Int64? = nil
        ) {
            self.address = address
            self.original = original
            self.status = status
            self.remote = remote
            self.words = words
            self.isReply = isReply
            self.lastAttempt = lastAttempt
            self.willRetryUntil = willRetryUntil
        }
    }

    public var action: Action
    /// Our name.
    public var host: String
    /// Who hears it.
    public var sender: MailAddress
    /// ENVID as the client wrote it; empty when there was none.
    public var envelopeID: String
    /// Unix seconds: when the message came.
    public var arrival: Int64
    /// Unix seconds: now.
    public var date: Int64
    /// Ours, unique: makes the report's own Message-ID and its boundary.
    public var id: MessageID
    public var recipients: [Recipient]
    /// The message's header, or all of it, with CRLFs.
    public var returned: [UInt8]
    public var returnsAll: Bool

    public init(
        _ action: Action, host: String, sender: MailAddress, envelopeID: String, arrival: Int64, date: Int64, id: MessageID,
        recipients: [Recipient], returned: [UInt8], returnsAll: Bool
    ) {
        self.action = action
        self.host = host
        self.sender = sender
        self.envelopeID = envelopeID
        self.arrival = arrival
        self.date = date
        self.id = id
        self.recipients = recipients
        self.returned = returned
        self.returnsAll = returnsAll
    }

    /// The whole message, with CRLFs. Everything of it is ASCII but what is returned.
    public var octets: [UInt8] {
        let boundary = freeBoundary
        var text = """
            From: Mail Delivery System <postmaster@\(host)>
            To: <\(sender)>
            Subject: \(subject)
            Date: \(HeaderDate.format(date))
            Message-ID: <\(id)@\(host)>
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status;
             boundary="\(boundary)"

            This is a report in MIME format.

            --\(boundary)
            Content-Type: text/plain; charset=us-ascii

            \(explanation)
            --\(boundary)
            Content-Type: message/delivery-status

            \(fields)
            --\(boundary)
            Content-Type: \(returnsAll ? "message/rfc822" : "text/rfc822-headers")

            """
        if returned.contains(where: { $0 >= 0x80 }) {
            text.replace("message/rfc822\n", with: "message/rfc822\nContent-Transfer-Encoding: 8bit\n")
            text.replace("text/rfc822-headers\n", with: "text/rfc822-headers\nContent-Transfer-Encoding: 8bit\n")
        }
        var octets: [UInt8] = []
        octets.reserveCapacity(text.utf8.count + returned.count + 256)
        for octet in text.utf8 { if octet == 10 { octets += [13, 10] } else { octets.append(octet) } }
        octets += [13, 10]
        octets += returned
        if octets.last != 10 { octets += [13, 10] }
        return octets + Array("\r\n--\(boundary)--\r\n".utf8)
    }

    private var subject: String {
        switch action {
        case .failed: "Your message could not be delivered"
        case .delayed: "Your message is delayed"
        case .relayed: "Your message was handed over"
        case .delivered, .expanded: "Your message was delivered"
        }
    }

    /// For people.
    private var explanation: String {
        let opening =
            switch action {
            case .failed: "Your message could not be delivered to:"
            case .delayed: "Your message could not be delivered yet. You need not send it again; it is tried\nfurther. It waits for:"
            case .relayed: "Your message was handed over to a server that does not tell what becomes of it, for:"
            case .delivered: "Your message was delivered to:"
            case .expanded: "Your message was delivered to the group:"
            }
        var text = "This is the mail system at \(host).\n\n\(opening)\n"
        for recipient in recipients {
            text += "\n  \(asciiAddress(recipient.address))\n"
            let who = recipient.remote.isEmpty || !recipient.isReply ? "" : "\(printable(recipient.remote)) said: "
            for line in Self.wrapped(who + printable(recipient.words)) { text += "    \(line)\n" }
            if let until = recipient.willRetryUntil { text += "    It is tried until \(HeaderDate.format(until)).\n" }
        }
        return text
    }

    /// For programs. RFC 3464 §2.2, §2.3
    private var fields: String {
        var text = "Reporting-MTA: dns; \(host)\n"
        if !envelopeID.isEmpty { text = "Original-Envelope-Id: \(printable(Self.decodedXText(envelopeID)))\n" + text }
        text += "Arrival-Date: \(HeaderDate.format(arrival))\n"
        for recipient in recipients {
            text += "\n"
            if let original = originalRecipient(recipient.original) { text += "Original-Recipient: \(original)\n" }
            text += "Final-Recipient: \(typedAddress(recipient.address))\n"
            text += "Action: \(action.rawValue)\nStatus: \(recipient.status)\n"
            if !recipient.remote.isEmpty { text += "Remote-MTA: dns; \(printable(recipient.remote))\n" }
            let kind = recipient.isReply ? "smtp" : "x-postern"
            text += Self.wrapped("Diagnostic-Code: \(kind); \(printable(recipient.words))").joined(separator: "\n ") + "\n"
            text += "Last-Attempt-Date: \(HeaderDate.format(recipient.lastAttempt))\n"
            if let until = recipient.willRetryUntil { text += "Will-Retry-Until: \(HeaderDate.format(until))\n" }
        }
        return text
    }

    /// One that does not stand in what is returned.
    private var freeBoundary: String {
        var boundary = "postern-report-\(id)"
        while returned.firstRange(of: Array(boundary.utf8)) != nil { boundary += "x" }
        return boundary
    }

    /// `rfc822;alice@example.org` as it goes into a field; `nil` when it has no type.
    private func originalRecipient(_ original: String) -> String? {
        guard let separator = original.utf8.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let type = original[..<separator].lowercased()
        let address = original[original.utf8.index(after: separator)...]
        // An xtext that holds UTF-8 stays encoded: these fields are ASCII. RFC 6533 §3
        let text = type == "utf-8" ? String(address) : Self.decodedXText(String(address))
        return "\(printable(type)); \(printable(text))"
    }

    private func typedAddress(_ address: MailAddress) -> String {
        address.isASCII ? "rfc822; \(address)" : "utf-8; \(asciiAddress(address))"
    }

    /// What is beyond ASCII as `\x{4E2D}`. RFC 6533 §3
    private func asciiAddress(_ address: MailAddress) -> String {
        var text = ""
        for scalar in address.description.unicodeScalars {
            if scalar.value < 0x80 {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return text
    }

    private func printable(_ text: String) -> String {
        String(decoding: text.utf8.map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// RFC 3461 §4: `+2B` is a plus sign. What is not of the form stays.
    static func decodedXText(_ text: String) -> String {
        let octets = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < octets.count {
            if octets[at] == UInt8(ascii: "+"), at + 2 < octets.count, let high = octets[at + 1].hexDigit, let low = octets[at + 2].hexDigit
            {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(octets[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Lines of about seventy octets, cut at blanks; a longer word is cut where it must be.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.parts(at: " ") {
            var word = word
            if !line.isEmpty, line.utf8.count + word.utf8.count + 1 > 70 {
                lines.append(line)
                line = ""
            }
            while word.utf8.count > 900 {
                lines.append(String(word.prefix(900)))
                word = word.dropFirst(900)
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }
}
