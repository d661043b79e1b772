import Foundation
import Testing

@testable import Certificates

/// What an operator hears of a chain and key that cannot be used: golden text.
@Suite struct RefusalTests {
    typealias Attempt = @Sendable (Workshop) throws -> [KeyPair]

    static let attempts: [(String, Attempt)] = [
        ("A certificate needs a chain and its key; name both.", { _ in [] }),
        (
            "A certificate has at most two pairs of chain and key, one with an RSA and one with an ECDSA key.",
            { Array(repeating: try $0.pair("good"), count: 3) }
        ),
        (
            "Both keys are of the kind ECDSA; give one pair only, or one with RSA and one with ECDSA.",
            { [try $0.pair("good"), try $0.pair("good")] }
        ),
        (
            "The chain holds no certificate; it is a text with \"-----BEGIN CERTIFICATE-----\" in it.",
            { [KeyPair(chain: [], key: try $0.read("good.key"))] }
        ),
        (
            "The chain holds no certificate; it is a text with \"-----BEGIN CERTIFICATE-----\" in it.",
            { [KeyPair(chain: (0...255).map { UInt8($0) }, key: try $0.read("good.key"))] }
        ),
        (
            "The chain holds no certificate; it is a text with \"-----BEGIN CERTIFICATE-----\" in it.",
            { [KeyPair(chain: try $0.read("good.key"), key: try $0.read("good.key"))] }
        ),
        (
            "The chain is no PEM text; it looks like DER or PKCS #12, from which \"openssl x509 -inform der\" or \"openssl pkcs12\" makes PEM.",
            {
                try $0.openssl("x509 -in good.pem -outform der -out good.der")
                return [KeyPair(chain: try $0.read("good.der"), key: try $0.read("good.key"))]
            }
        ),
        (
            "Certificate 2 of the chain is damaged or cut off; copy the file anew.",
            { [KeyPair(chain: try $0.read("good.pem") + (try $0.read("other.pem")).dropLast(100), key: try $0.read("good.key"))] }
        ),
        (
            "Certificate 1 of the chain is damaged or cut off; copy the file anew.",
            { shop in
                var chain = try shop.read("good.pem")
                for place in 100..<104 { chain[place] = UInt8(ascii: "A") }
                return [KeyPair(chain: chain, key: try shop.read("good.key"))]
            }
        ),
        (
            "Certificate 1 of the chain is damaged or cut off; copy the file anew.",
            { shop in
                // It says that it is encrypted: nobody is asked for a password.
                let text = String(decoding: try shop.read("good.pem"), as: UTF8.self).replacing(
                    "CERTIFICATE-----\n",
                    with: "CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00000000000000000000000000000000\n\n",
                    maxReplacements: 1)
                return [KeyPair(chain: Array(text.utf8), key: try shop.read("good.key"))]
            }
        ),
        (
            "The chain has more than 10 certificates; give the server's own and those that lead to its root.",
            { shop in
                [KeyPair(chain: try (0...10).flatMap { _ in try shop.read("good.pem") }, key: try shop.read("good.key"))]
            }
        ),
        (
            "The chain has more than 128 KiB; give the server's certificate and those that lead to its root, nothing else.",
            { [KeyPair(chain: [UInt8](repeating: 65, count: 200_000), key: try $0.read("good.key"))] }
        ),
        (
            "There is no private key; it is a text with \"-----BEGIN PRIVATE KEY-----\" in it.",
            { [KeyPair(chain: try $0.read("good.pem"), key: try $0.read("good.pem"))] }
        ),
        (
            "There is no private key; it is a text with \"-----BEGIN PRIVATE KEY-----\" in it.",
            { [KeyPair(chain: try $0.read("good.pem"), key: [])] }
        ),
        (
            "The key is no PEM text; it looks like DER or PKCS #12, from which \"openssl pkey -inform der\" or \"openssl pkcs12\" makes PEM.",
            {
                try $0.openssl("pkey -in good.key -outform der -out good.key.der")
                return [KeyPair(chain: try $0.read("good.pem"), key: try $0.read("good.key.der"))]
            }
        ),
        (
            "The private key is damaged or cut off; copy the file anew.",
            { [KeyPair(chain: try $0.read("good.pem"), key: (try $0.read("good.key")).dropLast(40))] }
        ),
        (
            "The key has more than 32 KiB; give the file that holds the private key alone.",
            { [KeyPair(chain: try $0.read("good.pem"), key: [UInt8](repeating: 65, count: 40_000))] }
        ),
        (
            "The private key is encrypted, and a server has nobody to ask for its password; take it off with \"openssl pkey -in OLD -out NEW\".",
            {
                try $0.openssl("pkey -in good.key -aes256 -passout pass:secret -out good.enc")
                return [KeyPair(chain: try $0.read("good.pem"), key: try $0.read("good.enc"))]
            }
        ),
        (
            "The private key is encrypted, and a server has nobody to ask for its password; take it off with \"openssl pkey -in OLD -out NEW\".",
            {
                try $0.openssl("ec -in good.key -aes256 -passout pass:secret -out good.enc")
                return [KeyPair(chain: try $0.read("good.pem"), key: try $0.read("good.enc"))]
            }
        ),
        (
            "The key does not belong to the certificate CN=good; give the key that it was made for.",
            { [KeyPair(chain: try $0.read("good.pem"), key: try $0.read("other.key"))] }
        ),
        (
            "Pair 2: The key does not belong to the certificate CN=good; give the key that it was made for.",
            { [try $0.pair("good"), KeyPair(chain: try $0.read("good.pem"), key: try $0.read("other.key"))] }
        ),
        (
            "An RSA key of 1024 bits is too short; use one of 2048 bits or more.",
            {
                try $0.make("short", .shortRSA, for: "DNS:x.example")
                return [try $0.pair("short")]
            }
        ),
        (
            "Mail programs cannot be expected to know a key of the kind ED25519; use RSA with 2048 bits or more, or ECDSA P-256, P-384, P-521.",
            {
                try $0.make("ed", .ed25519, for: "DNS:x.example")
                return [try $0.pair("ed")]
            }
        ),
        (
            "Mail programs cannot be expected to know a key of the kind EC; use RSA with 2048 bits or more, or ECDSA P-256, P-384, P-521.",
            {
                try $0.make("k1", .secp256k1, for: "DNS:x.example")
                return [try $0.pair("k1")]
            }
        ),
        (
            "The chain does not go on from CN=mail.example.org: the certificate of its issuer, CN=Middle, is missing; add it.",
            {
                try $0.makeChain()
                return [KeyPair(chain: try $0.read("leaf.pem", "root.pem"), key: try $0.read("leaf.key"))]
            }
        ),
        (
            "The certificate CN=leaf has a weak signature or key, which mail programs refuse; have it issued anew with SHA-256.",
            {
                try $0.make("ca")
                try $0.make("leaf", for: "DNS:x.example", by: "ca", "-sha1")
                return [KeyPair(chain: try $0.read("leaf.pem", "ca.pem"), key: try $0.read("leaf.key"))]
            }
        ),
        (
            "The certificate CN=client is made for other purposes than a server's; have one made for TLS servers (serverAuth).",
            {
                try $0.make("client", for: "DNS:x.example", "-addext extendedKeyUsage=clientAuth")
                return [try $0.pair("client")]
            }
        ),
        (
            "The certificate CN=My-company_GmbH! names no host; have one made with a DNS name (subjectAltName).",
            {
                try $0.make("nameless", subject: "My-company_GmbH!")
                return [try $0.pair("nameless")]
            }
        ),
    ]

    @Test(arguments: attempts)
    func hearsOneSentence(sentence: String, attempt: Attempt) throws {
        let shop = try Workshop()
        try shop.make("good", for: "DNS:good.example")
        try shop.make("other", for: "DNS:other.example")
        let pairs = try attempt(shop)
        do throws(CertificateRefusal) {
            _ = try CheckedCertificate(name: "x", pairs: pairs)
            Issue.record("it was taken")
        } catch {
            #expect(error.description == sentence)
        }
    }

    @Test func dates() throws {
        let shop = try Workshop()
        try shop.make("good", for: "DNS:good.example")
        let facts = try #require(outcome(try shop.pair("good")).checked?.facts[0])
        let day = { (unix: Int64) in ReadableText.day(unix) }
        #expect(outcome(try shop.pair("good"), at: facts.validUntil).refusal == nil)
        #expect(
            outcome(try shop.pair("good"), at: facts.validUntil + 1).refusal
                == "The certificate CN=good or its issuer's has expired on \(day(facts.validUntil)); have it renewed.")
        #expect(
            outcome(try shop.pair("good"), at: facts.validFrom - 1).refusal
                == "The certificate CN=good or its issuer's is valid only from \(day(facts.validFrom)) on; is this machine's clock right?")
        #expect(day(0) == "1970-01-01" && day(1_900_000_000) == "2030-03-17")
    }

    /// An issuer in the middle that ends earlier ends the chain; a root's end does not matter.
    @Test func theChainEndsWithItsFirstLink() throws {
        let shop = try Workshop()
        try shop.makeChain()
        try shop.openssl("req -x509 -new -key middle.key -subj /CN=Middle -CA root.pem -CAkey root.key -days 5 -out short.pem")
        try shop.openssl("req -x509 -new -key root.key -subj /CN=Root -days 5 -out short-root.pem")
        let key = try shop.read("leaf.key")
        let whole = try #require(outcome(KeyPair(chain: try shop.read("leaf.pem", "middle.pem", "short-root.pem"), key: key)).checked)
        #expect(whole.validUntil - whole.validFrom > 80 * 86_400)
        let short = try #require(outcome(KeyPair(chain: try shop.read("leaf.pem", "short.pem"), key: key)).checked)
        #expect(short.validUntil - short.validFrom < 6 * 86_400)
    }
}
