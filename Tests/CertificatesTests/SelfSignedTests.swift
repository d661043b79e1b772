import Foundation
import Testing

@testable import Certificates

/// What we make is what others accept.
@Suite struct SelfSignedTests {
    static let now = Int64(Date().timeIntervalSince1970)

    @Test func openSSLAcceptsIt() throws {
        let shop = try Workshop()
        let made = try SelfSigned.make(name: "default", hostName: "GW.example.org", at: Self.now)
        #expect(made.hostNames == ["gw.example.org"])
        let checked = try CheckedCertificate(name: "default", pairs: made.pairs)
        #expect(checked.certificate == made)
        #expect(checked.facts.map(\.kind.description) == ["ECDSA P-256", "RSA 2048"])
        #expect(checked.facts.map(\.isSelfSigned) == [true, true])
        #expect(checked.validUntil == Self.now + 3650 * 86_400)
        #expect(checked.validFrom == Self.now - 86_400)
        var serials: Set<String> = []
        for (pair, usage) in zip(made.pairs, ["Digital Signature", "Digital Signature, Key Encipherment"]) {
            try shop.write(pair.chain, to: "x.pem")
            try shop.write(pair.key, to: "x.key")
            let verify = "verify -x509_strict -purpose sslserver -CAfile x.pem -verify_hostname"
            #expect(try shop.openssl("\(verify) gw.example.org x.pem") == "x.pem: OK\n")
            #expect(throws: Workshop.Failed.self) { try shop.openssl("\(verify) other.example.org x.pem") }
            let said = try shop.openssl(
                "x509 -in x.pem -noout -subject -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName,subjectKeyIdentifier")
            let shown = said.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.map {
                $0.replacing(#/^[0-9A-F]{2}(:[0-9A-F]{2}){19}$/#, with: "<identifier>")
            }
            #expect(
                shown == [
                    "subject=CN = gw.example.org", "X509v3 Basic Constraints: critical", "CA:FALSE", "X509v3 Key Usage: critical", usage,
                    "X509v3 Extended Key Usage:", "TLS Web Server Authentication", "X509v3 Subject Alternative Name:", "DNS:gw.example.org",
                    "X509v3 Subject Key Identifier:", "<identifier>",
                ])
            serials.insert(try shop.openssl("x509 -in x.pem -noout -serial"))
        }
        #expect(serials.count == 2)
        #expect(serials.map(\.utf8.count) == [48, 48], "20 octets each, behind serial=")
    }

    @Test func aLongNameAndFewDays() throws {
        let host = String(repeating: "a", count: 63) + ".example.org"
        let made = try SelfSigned.make(name: "x", hostName: host, days: 825, at: Self.now)
        let checked = try CheckedCertificate(name: "x", pairs: made.pairs)
        #expect(checked.facts[0].subject == "CN=Postern")
        #expect(checked.certificate.hostNames == [host])
        #expect(checked.validUntil == Self.now + 825 * 86_400)
    }

    @Test(arguments: [
        ("", 1, "\"\" is no host name; write it like mail.example.org."),
        ("a b", 1, "\"a b\" is no host name; write it like mail.example.org."),
        ("*.example.org", 1, "\"*.example.org\" is no host name; write it like mail.example.org."),
        ("x,DNS:y", 1, "\"x,DNS:y\" is no host name; write it like mail.example.org."),
        ("example.org", 0, "A certificate is made for 1 to 3650 days."), ("example.org", 3651, "A certificate is made for 1 to 3650 days."),
    ]) func refused(host: String, days: Int, sentence: String) {
        do throws(CertificateRefusal) {
            _ = try SelfSigned.make(name: "x", hostName: host, days: days, at: Self.now)
            Issue.record("it was made")
        } catch {
            #expect(error.description == sentence)
        }
    }
}
