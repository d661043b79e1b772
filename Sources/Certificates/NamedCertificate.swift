/// A certificate chain and its private key, both in PEM: the server's own certificate first, then those that lead to a root.
public struct KeyPair: Hashable, Sendable {
    public let chain: [UInt8]
    public let key: [UInt8]

    public init(chain: [UInt8], key: [UInt8]) {
        self.chain = chain
        self.key = key
    }
}

/// What an operator calls one certificate (F8, F9): a name, and a key pair for each kind of key, RSA beside ECDSA.
public struct NamedCertificate: Hashable, Sendable {
    public let name: String
    /// One or two, of different kinds of key; a peer gets the one that it can use.
    public let pairs: [KeyPair]
    /// For which hosts it is: DNS names in lower case, `*.example.org` among them.
    public let hostNames: [String]

    public init(name: String, pairs: [KeyPair], hostNames: [String]) {
        self.name = name
        self.pairs = pairs
        self.hostNames = hostNames
    }
}
