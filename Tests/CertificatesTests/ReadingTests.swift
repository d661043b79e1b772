import Foundation
import Testing

@testable import Certificates

/// What is understood of chains and keys that another program has made.
@Suite struct ReadingTests {
    @Test func everyFact() throws {
        let shop = try Workshop()
        try shop.makeChain(.rsa)
        let pair = KeyPair(chain: try shop.read("leaf.pem", "middle.pem"), key: try shop.read("leaf.key"))
        let checked = try #require(outcome(pair).checked)
        let facts = try #require(checked.facts.first)
        #expect(facts.subject == "CN=mail.example.org")
        #expect(facts.issuer == "CN=Middle")
        #expect(facts.hostNames == ["mail.example.org"])
        #expect(facts.kind.description == "RSA 2048")
        #expect(!facts.isSelfSigned)
        #expect(facts.chainLength == 2)
        #expect(checked.warnings == [])
        let said = try shop.openssl("x509 -in leaf.pem -noout -fingerprint -sha256")
        #expect(said == "sha256 Fingerprint=\(facts.fingerprint)\n")
        #expect(abs(facts.validUntil - facts.validFrom - 90 * 86_400) < 600)
        #expect(abs(facts.validFrom - Int64(Date().timeIntervalSince1970)) < 600)
    }

    /// In whatever order the file has them, peers get the server's own first, then its issuer, then the root, each once.
    @Test(arguments: [
        ["leaf", "middle", "root"], ["root", "middle", "leaf"], ["middle", "leaf", "root"], ["leaf", "leaf", "root", "middle", "middle"],
    ]) func chainsAreSorted(order: [String]) throws {
        let shop = try Workshop()
        try shop.makeChain()
        let shuffled = KeyPair(chain: try order.flatMap { try shop.read($0 + ".pem") }, key: try shop.read("leaf.key"))
        let checked = try #require(outcome(shuffled).checked)
        #expect(checked.certificate.pairs[0].chain == (try shop.read("leaf.pem", "middle.pem", "root.pem")))
        #expect(checked.warnings == [])
    }

    @Test(arguments: [
        ("DNS:Mail.Example.org,DNS:*.example.org", ["mail.example.org", "*.example.org"]),
        ("DNS:xn--bcher-kva.example,DNS:mail.example.", ["xn--bcher-kva.example", "mail.example"]),
        // What no client may match is no name: RFC 9525 §6.3.
        ("DNS:mail.example.org,DNS:f*.example.org,DNS:*,DNS:*.org,DNS:a.*.example.org,DNS:-x.example", ["mail.example.org"]),
        ("DNS:mail.example.org,DNS:mail.example.org,email:x@example.org,IP:192.0.2.1", ["mail.example.org"]),
        ("IP:192.0.2.1,IP:2001:db8::1", []),
    ]) func names(written: String, read: [String]) throws {
        let shop = try Workshop()
        try shop.make("x", for: written)
        let checked = try #require(outcome(try shop.pair("x")).checked)
        #expect(checked.certificate.hostNames == read)
        #expect(checked.facts[0].addresses.isEmpty == !written.contains("IP:"))
    }

    @Test func aCommonNameCountsWhenThereIsNoOther() throws {
        let shop = try Workshop()
        try shop.make("x", subject: "mail.example.org")
        let checked = try #require(outcome(try shop.pair("x")).checked)
        #expect(checked.certificate.hostNames == ["mail.example.org"])
        #expect(
            checked.warnings == [
                "The ECDSA P-256 certificate names its host only as common name, which today's mail programs do not look at; have one made "
                    + "with a DNS name (subjectAltName)."
            ])
    }

    @Test(arguments: [(Workshop.Key.rsa, "RSA 2048"), (.p256, "ECDSA P-256"), (.p384, "ECDSA P-384")])
    func kinds(key: Workshop.Key, name: String) throws {
        let shop = try Workshop()
        try shop.make("x", key, for: "DNS:x.example")
        let checked = try #require(outcome(try shop.pair("x")).checked)
        #expect(checked.facts[0].kind.description == name)
        #expect(checked.facts[0].isSelfSigned)
    }

    @Test func oneOfEachKind() throws {
        let shop = try Workshop()
        try shop.make("r", .rsa, for: "DNS:mail.example.org,DNS:imap.example.org")
        try shop.make("e", .p256, for: "DNS:mail.example.org")
        let checked = try #require(outcome(try shop.pair("r"), try shop.pair("e")).checked)
        #expect(checked.facts.map(\.kind.description) == ["RSA 2048", "ECDSA P-256"])
        #expect(checked.certificate.hostNames == ["mail.example.org", "imap.example.org"])
        #expect(
            checked.warnings == [
                "The two certificates are not for the same hosts; which one a peer sees depends on the keys that it knows."
            ])
    }

    /// Older tools write keys in forms of their own, put parameters before them, or everything into one file.
    @Test func keysInOtherForms() throws {
        let shop = try Workshop()
        try shop.make("r", .rsa, for: "DNS:mail.example.org")
        try shop.make("e", .p256, for: "DNS:mail.example.org")
        try shop.openssl("rsa -in r.key -traditional -out r-old.key")
        try shop.openssl("ec -in e.key -out e-old.key")
        try shop.openssl("ecparam -name prime256v1 -out parameters.pem")
        let forms: [(String, [UInt8])] = [
            ("r", try shop.read("r-old.key")), ("e", try shop.read("e-old.key")), ("e", try shop.read("parameters.pem", "e-old.key")),
            ("r", try shop.read("r.pem", "r.key")), ("r", Array("some text\n".utf8) + (try shop.read("r.key"))),
        ]
        for (name, key) in forms {
            let checked = try #require(outcome(KeyPair(chain: try shop.read(name + ".pem"), key: key)).checked)
            #expect(checked.certificate.pairs[0].key == (try shop.read(name + ".key")))
        }
        // Both in one file, which serves as either.
        let both = try shop.read("e.key", "e.pem")
        #expect(outcome(KeyPair(chain: both, key: both)).refusal == nil)
    }

    @Test func whatTurnsATerminalAroundIsNotShown() throws {
        let shop = try Workshop()
        try shop.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 -keyout x.key -out x.pem -subj /O=Bücher\u{202E}\u{1B}[2J/CN=x "
                + "-addext subjectAltName=DNS:x.example")
        let checked = try #require(outcome(try shop.pair("x")).checked)
        #expect(checked.facts[0].subject == "CN=x, O=Bücher\u{FFFD}\\1B[2J")
    }

    @Test(arguments: [
        ("mail.example.org", true), ("MAIL.example.org.", true), ("imap.example.org", true), ("a.b.example.org", false),
        ("example.org", false), ("mail.example.net", false), ("*.example.org", false), ("", false), ("imap..example.org", false),
    ]) func covers(host: String, isCovered: Bool) {
        let named = NamedCertificate(name: "x", pairs: [], hostNames: ["mail.example.org", "*.example.org"])
        #expect(NamedCertificate.hostNames(for: host).contains(where: named.hostNames.contains) == isCovered)
    }
}
