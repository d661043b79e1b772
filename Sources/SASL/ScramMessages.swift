internal import MailCore

/// A client's first message: `gs2-header [reserved-mext ","] n=name,r=nonce[,extensions]`. RFC 5802 §7
struct ScramClientFirst: Sendable, Hashable {
    let header: GS2Header
    /// As it was written: the last message repeats it.
    let headerOctets: [UInt8]
    /// What goes into the proof.
    let bare: [UInt8]
    let name: String
    let nonce: [UInt8]

    /// More than any client's; it goes back to it and into two digests.
    private static let longestNonce = 512

    init(parsing message: [UInt8]) throws(ExchangeFailure) {
        var scanner = Scanner(message)
        do {
            header = try GS2Header(parsing: &scanner)
            headerOctets = Array(message[..<scanner.position])
            bare = Array(scanner.rest)
            if scanner.peek != UInt8(ascii: "m") {
                try scanner.expect("n=")
                name = try scanner.scramName()
                try scanner.expect(",r=")
                nonce = Array(try scanner.nonce(atMost: Self.longestNonce))
                if try !scanner.extensions(endBefore: nil) { return }
            }
        } catch {
            throw .malformed(error)
        }
        // RFC 5802 §5.1: `m` is for extensions that must be understood.
        throw .refused(.extensionsNotSupported)
    }
}

/// A client's last message: `c=binding,r=nonce[,extensions],p=proof`. RFC 5802 §7
struct ScramClientFinal: Sendable, Hashable {
    /// The GS2 header and the channel's data.
    let binding: [UInt8]
    let nonce: [UInt8]
    let proof: [UInt8]
    /// What goes into the proof.
    let withoutProof: [UInt8]
    let hasMandatoryExtension: Bool

    /// Octets of a SHA-256.
    static let proofLength = 32

    init(parsing message: [UInt8]) throws(SyntaxError) {
        var scanner = Scanner(message)
        try scanner.expect("c=")
        binding = try scanner.base64()
        try scanner.expect(",r=")
        nonce = Array(try scanner.nonce(atMost: message.count))
        hasMandatoryExtension = try scanner.extensions(endBefore: UInt8(ascii: "p"))
        withoutProof = Array(message[..<scanner.position])
        try scanner.expect(",p=")
        let start = scanner.position
        proof = try scanner.base64()
        guard proof.count == Self.proofLength else { throw SyntaxError(wanted: "a proof of \(Self.proofLength) octets", offset: start) }
        try scanner.expectEnd()
    }
}

extension Scanner {
    /// Printable ASCII but the comma.
    fileprivate mutating func nonce(atMost limit: Int) throws(SyntaxError) -> ArraySlice<UInt8> {
        let start = position
        let nonce = take { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }
        guard !nonce.isEmpty else { throw SyntaxError(wanted: "a nonce", offset: start) }
        guard nonce.count <= limit else { throw SyntaxError(wanted: "a nonce of at most \(limit) octets", offset: start) }
        return nonce
    }

    fileprivate mutating func base64() throws(SyntaxError) -> [UInt8] {
        let start = position
        guard let octets = Base64.decode(take { $0 != UInt8(ascii: ",") }) else { throw SyntaxError(wanted: "base 64", offset: start) }
        return octets
    }

    /// `,x=value` again and again, up to the attribute `last` or to the end; optional ones are ignored. Whether one of them was `m`.
    fileprivate mutating func extensions(endBefore last: UInt8?) throws(SyntaxError) -> Bool {
        var isMandatory = false
        while peek == UInt8(ascii: ","), let name = peek(ahead: 1), name != last {
            guard name.isASCIILetter, peek(ahead: 2) == UInt8(ascii: "=") else { throw error(wanted: "an extension") }
            if name == UInt8(ascii: "m") { isMandatory = true }
            skip(3)
            let value = take { $0 != UInt8(ascii: ",") && $0 != 0 }
            guard !value.isEmpty else { throw error(wanted: "an extension's value") }
        }
        if last == nil { try expectEnd() }
        return isMandatory
    }
}
