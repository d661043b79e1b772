/// How a session with another server was encrypted, in the words that the journal's fields `tls`, `cipher` and `verified` have.
public struct SessionSecurity: Hashable, Sendable, CustomStringConvertible {
    /// What proved who the server is. The words never change their meaning.
    public enum Verification: String, Hashable, Sendable, CaseIterable {
        /// Nothing: the session is only safe from who listens. RFC 7435
        case none
        /// An authority that this system trusts.
        case authority
        /// An authority that the host's signed DNS names. RFC 7672 §3.1.2
        case daneTA = "dane-ta"
        /// The host's signed DNS names the very certificate or key. RFC 7672 §3.1.1
        case daneEE = "dane-ee"
    }

    /// `TLSv1.3`
    public let version: String
    /// `TLS_AES_256_GCM_SHA384`
    public let cipher: String
    public let verified: Verification

    public init(version: String, cipher: String, verified: Verification) {
        self.version = version
        self.cipher = cipher
        self.verified = verified
    }

    /// `TLSv1.3 TLS_AES_256_GCM_SHA384 dane-ee`
    public var description: String { "\(version) \(cipher) \(verified.rawValue)" }

    /// Reads what `description` writes; `nil` for anything else.
    public init?(_ text: String) {
        let words = text.parts(at: " ", keepingEmpty: true).map(String.init)
        guard words.count == 3, !words[0].isEmpty, !words[1].isEmpty, let verified = Verification(rawValue: words[2]) else { return nil }
        self.init(version: words[0], cipher: words[1], verified: verified)
    }
}
