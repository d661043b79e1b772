public import MailCore

/// What a receiving server writes before a message: whom it would be returned to, and how it came. RFC 5321 §4.4
public struct Trace: Sendable {
    /// The `WITH` clause. RFC 3848, RFC 6531 §4.3
    public struct Transport: Sendable {
        public var isExtended: Bool
        /// The cipher's registered name; `nil` in the clear.
        public var cipher: String?
        public var isAuthenticated: Bool
        public var isUTF8: Bool

        public init(isExtended: Bool, cipher: String? = nil, isAuthenticated: Bool = false, isUTF8: Bool) {
            self.isExtended = isExtended
            self.cipher = cipher
            self.isAuthenticated = isAuthenticated
            self.isUTF8 = isUTF8
        }

        public var keyword: String {
            guard isUTF8 || isExtended else { return "SMTP" }
            return (isUTF8 ? "UTF8SMTP" : "ESMTP") + (cipher == nil ? "" : "S") + (isAuthenticated ? "A" : "")
        }
    }

    public var sender: ReversePath
    public var helo: HeloName
    public var peer: IPAddress
    /// Our own name.
    public var host: String
    public var transport: Transport
    public var id: MessageID
    /// The only recipient, as the peer named it. With several nobody is named, so that none learns of the others (§7.2).
    public var recipient: ForwardPath?
    /// RFC 5322 §3.3.
    public var date: String

    public init(
        sender: ReversePath, helo: HeloName, peer: IPAddress, host: String, transport: Transport, id: MessageID, recipient: ForwardPath?,
        date: String
    ) {
        self.sender = sender
        self.helo = helo
        self.peer = peer
        self.host = host
        self.transport = transport
        self.id = id
        self.recipient = recipient
        self.date = date
    }

    /// `Return-Path` and `Received`, each with its CRLF.
    public var octets: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(384)
        out.append(contentsOf: "Return-Path: <".utf8)
        out.append(contentsOf: sender.description.utf8)
        out.append(contentsOf: ">\r\nReceived: from ".utf8)
        out.append(contentsOf: helo.octets)
        out.append(contentsOf: peer.isIPv6 ? " ([IPv6:".utf8 : " ([".utf8)
        out.append(contentsOf: peer.description.utf8)
        out.append(contentsOf: "])\r\n\tby ".utf8)
        out.append(contentsOf: host.utf8)
        out.append(contentsOf: " with ".utf8)
        out.append(contentsOf: transport.keyword.utf8)
        out.append(contentsOf: " id ".utf8)
        out.append(contentsOf: id.description.utf8)
        // RFC 8314 §4.3
        if let cipher = transport.cipher {
            out.append(contentsOf: "\r\n\ttls ".utf8)
            out.append(contentsOf: cipher.utf8)
        }
        if let recipient {
            out.append(contentsOf: "\r\n\tfor <".utf8)
            out.append(contentsOf: recipient.description.utf8)
            out.append(contentsOf: ">".utf8)
        }
        out.append(contentsOf: ";\r\n\t".utf8)
        out.append(contentsOf: date.utf8)
        out.append(contentsOf: "\r\n".utf8)
        return out
    }
}
