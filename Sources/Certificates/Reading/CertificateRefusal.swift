/// Why a chain and its key cannot be used.
public struct CertificateRefusal: Error, Hashable, Sendable {
    public enum Problem: Error, Hashable, Sendable {
        case noPair
        case tooManyPairs
        case sameAlgorithm(String)

        case chainTooLarge
        case chainIsNotPEM
        case noCertificate
        case certificateDamaged(number: Int)
        case tooManyCertificates

        case keyTooLarge
        case keyIsNotPEM
        case noKey
        case keyDamaged
        case keyEncrypted
        case keyKindNotAllowed(String)
        case keyTooShort(bits: Int)

        /// `String` is the first certificate's subject.
        case keyDoesNotFit(String)
        case issuerMissing(subject: String, issuer: String)
        case weak(String)
        case notForServers(String)
        case noHostNames(String)
        case expired(String, at: Int64)
        case notYetValid(String, from: Int64)

        case pathNotAllowed(String)
        case fileUnreadable(path: String, why: String)
        case fileNotRegular(path: String)
        case fileTooLarge(path: String)

        case hostNotAllowed(String)
        case lifetimeNotAllowed
    }

    public let problem: Problem
    /// Where, when there is more than one place: `Pair 2`, or a file's path.
    public let place: String?

    public init(_ problem: Problem, at place: String? = nil) {
        self.problem = problem
        self.place = place
    }
}

/// One sentence for an operator that says what to do.
extension CertificateRefusal: CustomStringConvertible {
    public var description: String { (place.map { "\($0): " } ?? "") + problem.description }
}

extension CertificateRefusal.Problem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noPair: "A certificate needs a chain and its key; name both."
        case .tooManyPairs: "A certificate has at most two pairs of chain and key, one with an RSA and one with an ECDSA key."
        case .sameAlgorithm(let algorithm):
            "Both keys are of the kind \(algorithm); give one pair only, or one with RSA and one with ECDSA."

        case .chainTooLarge: "The chain has more than 128 KiB; give the server's certificate and those that lead to its root, nothing else."
        case .chainIsNotPEM:
            "The chain is no PEM text; it looks like DER or PKCS #12, from which \"openssl x509 -inform der\" or \"openssl pkcs12\" makes PEM."
        case .noCertificate: "The chain holds no certificate; it is a text with \"-----BEGIN CERTIFICATE-----\" in it."
        case .certificateDamaged(let number): "Certificate \(number) of the chain is damaged or cut off; copy the file anew."
        case .tooManyCertificates: "The chain has more than 10 certificates; give the server's own and those that lead to its root."

        case .keyTooLarge: "The key has more than 32 KiB; give the file that holds the private key alone."
        case .keyIsNotPEM:
            "The key is no PEM text; it looks like DER or PKCS #12, from which \"openssl pkey -inform der\" or \"openssl pkcs12\" makes PEM."
        case .noKey: "There is no private key; it is a text with \"-----BEGIN PRIVATE KEY-----\" in it."
        case .keyDamaged: "The private key is damaged or cut off; copy the file anew."
        case .keyEncrypted:
            "The private key is encrypted, and a server has nobody to ask for its password; take it off with \"openssl pkey -in OLD -out NEW\"."
        case .keyKindNotAllowed(let kind):
            "Mail programs cannot be expected to know a key of the kind \(kind); use RSA with 2048 bits or more, or ECDSA P-256, P-384, P-521."
        case .keyTooShort(let bits): "An RSA key of \(bits) bits is too short; use one of 2048 bits or more."

        case .keyDoesNotFit(let subject): "The key does not belong to the certificate \(subject); give the key that it was made for."
        case .issuerMissing(let subject, let issuer):
            "The chain does not go on from \(subject): the certificate of its issuer, \(issuer), is missing; add it."
        case .weak(let subject):
            "The certificate \(subject) has a weak signature or key, which mail programs refuse; have it issued anew with SHA-256."
        case .notForServers(let subject):
            "The certificate \(subject) is made for other purposes than a server's; have one made for TLS servers (serverAuth)."
        case .noHostNames(let subject): "The certificate \(subject) names no host; have one made with a DNS name (subjectAltName)."
        case .expired(let subject, let end):
            "The certificate \(subject) or its issuer's has expired on \(ReadableText.day(end)); have it renewed."
        case .notYetValid(let subject, let start):
            "The certificate \(subject) or its issuer's is valid only from \(ReadableText.day(start)) on; is this machine's clock right?"

        case .pathNotAllowed(let path): "\"\(path)\" is no path from the root on; write it like /etc/ssl/certs/mail.pem."
        case .fileUnreadable(let path, let why): "\(path) cannot be read: \(why)."
        case .fileNotRegular(let path): "\(path) is no file; give the path of a PEM file."
        case .fileTooLarge(let path): "\(path) has more than 128 KiB; give the path of a PEM file."

        case .hostNotAllowed(let host): "\"\(host)\" is no host name; write it like mail.example.org."
        case .lifetimeNotAllowed: "A certificate is made for 1 to 3650 days."
        }
    }
}
