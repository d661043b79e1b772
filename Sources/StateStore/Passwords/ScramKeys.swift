/// What both ends of a SCRAM-SHA-256 exchange derive from a password. RFC 5802 §3, RFC 7677
public struct ScramKeys: Sendable {
    private let clientKey: [UInt8]
    private let serverKey: [UInt8]

    /// Costs what `iterations` says.
    public init(password: [UInt8], salt: [UInt8], iterations: Int) {
        let salted = Crypto.pbkdf2(password, salt: salt, iterations: iterations)
        clientKey = Crypto.hmac(Array("Client Key".utf8), key: salted)
        serverKey = Crypto.hmac(Array("Server Key".utf8), key: salted)
    }

    /// What the client proves its knowledge by.
    public func proof(of exchange: [UInt8]) -> [UInt8] {
        zip(clientKey, Crypto.hmac(exchange, key: Crypto.sha256(clientKey))).map { $0 ^ $1 }
    }

    /// What the server proves its knowledge by.
    public func serverSignature(of exchange: [UInt8]) -> [UInt8] { Crypto.hmac(exchange, key: serverKey) }
}
