import MailCore

/// What is kept in place of a password: enough to check it, useless for logging in elsewhere. RFC 5802 §3, RFC 7677 §3
///
/// Its text form is `SCRAM-SHA-256$16384:salt$stored:server`, the three in base 64. It proves a password that a client sends (PLAIN)
/// and serves as the server's half of SCRAM.
///
/// RFC 5802 wants passwords normalised by SASLprep (RFC 4013). They are taken as the UTF-8 octets that were sent: for ASCII, which
/// SASLprep leaves as it is, both are the same; for others clients disagree on normalising, and the octets that were set are what
/// the same keyboard sends again.
struct PasswordVerifier: Sendable, Hashable {
    /// PBKDF2 rounds, which RFC 5802 calls i.
    let iterations: Int
    let salt: [UInt8]
    /// H(HMAC(SaltedPassword, "Client Key"))
    let storedKey: [UInt8]
    /// HMAC(SaltedPassword, "Server Key")
    let serverKey: [UInt8]

    static let saltLength = 16

    /// More rounds than anybody wants to wait for are a damaged record, not a verifier.
    static let iterationsAllowed = 1...10_000_000

    private init(iterations: Int, salt: [UInt8], storedKey: [UInt8], serverKey: [UInt8]) {
        self.iterations = iterations
        self.salt = salt
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives a verifier: milliseconds of work, only for a worker's thread. The salt is new each time.
    init(password: [UInt8], iterations: Int, salt: [UInt8] = Crypto.random(saltLength)) {
        precondition(
            Self.iterationsAllowed.contains(iterations), "a setting's range keeps the rounds of a verifier between 1 and 10,000,000")
        let salted = Crypto.pbkdf2(password, salt: salt, iterations: iterations)
        self.init(
            iterations: iterations, salt: salt, storedKey: Self.storedKey(ofSalted: salted),
            serverKey: Crypto.hmac(Array("Server Key".utf8), key: salted))
    }

    /// Whether this is the password: the same milliseconds of work as making the verifier; the comparison's time tells nothing.
    func proves(_ password: [UInt8]) -> Bool {
        let salted = Crypto.pbkdf2(password, salt: salt, iterations: iterations)
        return Crypto.areEqual(Self.storedKey(ofSalted: salted), storedKey)
    }

    /// What the server says when the proof is one that this password's owner can make for the message: ServerSignature; else `nil`.
    /// Microseconds of work, the same whatever is wrong. RFC 5802 §3
    func signature(for proof: [UInt8], of message: [UInt8]) -> [UInt8]? {
        let clientSignature = Crypto.hmac(message, key: storedKey)
        let serverSignature = Crypto.hmac(message, key: serverKey)
        let clientKey = zip(proof, clientSignature).map { $0 ^ $1 }
        return Crypto.areEqual(Crypto.sha256(clientKey), storedKey) && proof.count == clientSignature.count ? serverSignature : nil
    }

    /// What proves nothing, for a name that nobody has. The keys are no digests of any password.
    static func ofNobody(iterations: Int, salt: [UInt8], key: [UInt8]) -> PasswordVerifier {
        PasswordVerifier(iterations: iterations, salt: salt, storedKey: key, serverKey: key)
    }

    private static func storedKey(ofSalted salted: [UInt8]) -> [UInt8] {
        Crypto.sha256(Crypto.hmac(Array("Client Key".utf8), key: salted))
    }
}

extension PasswordVerifier {
    private static let scheme = "SCRAM-SHA-256"

    var text: String {
        let base64 = { (octets: [UInt8]) in String(decoding: Base64.encode(octets), as: UTF8.self) }
        return "\(Self.scheme)$\(iterations):\(base64(salt))$\(base64(storedKey)):\(base64(serverKey))"
    }

    /// `nil` when the text is not of the written form.
    init?(text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.scheme.utf8) else { return nil }
        let how = parts[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let keys = parts[2].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard how.count == 2, keys.count == 2 else { return nil }
        var scanner = Scanner(Array(how[0]))
        guard let iterations = try? scanner.number(limit: UInt64(Self.iterationsAllowed.upperBound)), scanner.atEnd, iterations > 0,
            let salt = Base64.decode(how[1]), !salt.isEmpty, let storedKey = Base64.decode(keys[0]), storedKey.count == Crypto.digestLength,
            let serverKey = Base64.decode(keys[1]), serverKey.count == Crypto.digestLength
        else { return nil }
        self.init(iterations: Int(iterations), salt: salt, storedKey: storedKey, serverKey: serverKey)
    }
}
