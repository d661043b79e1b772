import Certificates
import Foundation
import StateStore
import Testing

@testable import AdminServer
@testable import MailSettings

/// `postern certificate` as an operator types it.
@Suite struct CertificateCommandTests {
    static let now = Int64(Date().timeIntervalSince1970)

    /// Chain and key as files below the house: `NAME.pem`, `NAME.key`.
    static func write(_ pair: KeyPair, _ name: String, in house: House) throws {
        try Data(pair.chain).write(to: URL(filePath: "\(house.folder)/\(name).pem"))
        try Data(pair.key).write(to: URL(filePath: "\(house.folder)/\(name).key"))
        chmod("\(house.folder)/\(name).key", 0o600)
    }

    static func play(_ steps: [CommandTests.Step], in house: House) async throws {
        let line = PosternCommand(socket: house.socket)
        for step in steps {
            let outcome = try await line.run(step.typed.replacing("DIR", with: house.folder))
            let shown = (outcome.code == 0 ? outcome.output : outcome.errors).replacing(house.folder, with: "DIR")
                .replacing(#/\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?/#, with: "YYYY-MM-DD")
                // A second of the first day may have passed, or not yet.
                .replacing("(3650 days)", with: "(3649 days)").replacing(#/([(]|in )30 days/#) { "\($0.1)29 days" }
                .replacing(#/[0-9A-F]{2}(:[0-9A-F]{2}){31}/#, with: "<fingerprint>")
            #expect("\(outcome.code) \(shown)" == "\(step.code) \(step.printed)\n", "\(step.typed)")
        }
    }

    @Test func screens() async throws {
        try await House.open { house in
            let made = try SelfSigned.make(name: "x", hostName: "mail.example.org", days: 90, at: Self.now + 3600)
            try Self.write(made.pairs[0], "ecdsa", in: house)
            try Self.write(made.pairs[1], "rsa", in: house)
            try await Self.play(
                [
                    .init(
                        "certificate list",
                        """
                        NAME     FOR             KEYS                   VALID UNTIL             SOURCE
                        default  gw.example.org  ECDSA P-256, RSA 2048  YYYY-MM-DD (3649 days)  self-signed
                        """),
                    .init(
                        "certificate import mail.example.org --chain DIR/ecdsa.pem --key DIR/ecdsa.key",
                        "Certificate mail.example.org is imported."),
                    .init(
                        "certificate import mail.example.org --chain DIR/ecdsa.pem --key DIR/ecdsa.key --chain DIR/rsa.pem --key DIR/rsa.key",
                        "Certificate mail.example.org is imported and takes the place of the one before."),
                    .init(
                        "certificate show mail.example.org",
                        """
                        Certificate:  mail.example.org
                        For:          mail.example.org
                        Keys:         ECDSA P-256, RSA 2048
                        Valid until:  YYYY-MM-DD (90 days)
                        Source:       imported
                        Changed:      YYYY-MM-DD

                        Key:          ECDSA P-256
                        Subject:      CN=mail.example.org
                        Issuer:       itself
                        Valid from:   YYYY-MM-DD
                        Valid until:  YYYY-MM-DD
                        Chain:        1 certificate
                        SHA-256:      <fingerprint>

                        Key:          RSA 2048
                        Subject:      CN=mail.example.org
                        Issuer:       itself
                        Valid from:   YYYY-MM-DD
                        Valid until:  YYYY-MM-DD
                        Chain:        1 certificate
                        SHA-256:      <fingerprint>
                        """),
                    .init("certificate link appliance --chain DIR/rsa.pem --key DIR/rsa.key", "Certificate appliance is linked."),
                    .init(
                        "certificate self-signed default --host imap.example.org --days 30",
                        """
                        Certificate default is made and takes the place of the one before.
                        Warning: The certificate default ends on YYYY-MM-DD, in 29 days; renew it.
                        """),
                    .init(
                        "certificate list",
                        """
                        NAME              FOR               KEYS                   VALID UNTIL           SOURCE
                        appliance         mail.example.org  RSA 2048               YYYY-MM-DD (90 days)  linked
                        default           imap.example.org  ECDSA P-256, RSA 2048  YYYY-MM-DD (29 days)  self-signed
                        mail.example.org  mail.example.org  ECDSA P-256, RSA 2048  YYYY-MM-DD (90 days)  imported
                        """),
                    .init("certificate remove mail.example.org", "Certificate mail.example.org is removed."),
                    .init("certificate remove mail.example.org", 1, "Error: The certificate mail.example.org does not exist."),
                    .init("certificate show mail.example.org", 1, "Error: The certificate mail.example.org does not exist."),
                ], in: house)
        }
    }

    @Test func aLinkedOneThatIsGone() async throws {
        try await House.open { house in
            try await house.state.putCertificate("x", .linked, [.init(chain: "/nowhere/x.pem", key: "/nowhere/x.key")])
            let made = try SelfSigned.make(name: "y", hostName: "y.example.org", days: 90, at: Self.now + 3600)
            try Self.write(made.pairs[0], "y", in: house)
            try await Self.play(
                [
                    .init(
                        "certificate link y --chain DIR/../\((house.folder as NSString).lastPathComponent)/y.pem --key DIR/y.key",
                        "Certificate y is linked."),
                    .init(
                        "certificate show x",
                        """
                        Certificate:  x
                        For:          -
                        Keys:         -
                        Valid until:  -
                        Source:       linked
                        Changed:      YYYY-MM-DD
                        Chain:        /nowhere/x.pem
                        Key:          /nowhere/x.key

                        Warning: The certificate x is not taken: /nowhere/x.key cannot be read: No such file or directory.
                        """),
                ], in: house)
            #expect(house.state.certificates["y"]?.pairs.first?.chain == house.folder + "/y.pem")
        }
    }

    @Test func refusals() async throws {
        try await House.open { house in
            let made = try SelfSigned.make(name: "x", hostName: "mail.example.org", days: 90, at: Self.now)
            try Self.write(made.pairs[0], "x", in: house)
            try Self.write(made.pairs[1], "other", in: house)
            try Self.write(
                try SelfSigned.make(name: "x", hostName: "x.example", days: 1, at: Self.now - 900_000).pairs[0], "old", in: house)
            try Self.write(
                try SelfSigned.make(name: "x", hostName: "x.example", days: 1, at: Self.now + 900_000).pairs[0], "new", in: house)
            try Data([0x30, 0x82, 0xFF]).write(to: URL(filePath: house.folder + "/x.der"))
            try Data(count: 200_000).write(to: URL(filePath: house.folder + "/huge"))
            try await Self.play(
                [
                    .init(
                        "certificate import x --chain DIR/x.pem --key DIR/other.key", 1,
                        "Error: The key does not belong to the certificate CN=mail.example.org; give the key that it was made for."),
                    .init(
                        "certificate link x --chain DIR/x.pem --key DIR/other.key", 1,
                        "Error: DIR/x.pem: The key does not belong to the certificate CN=mail.example.org; give the key that it was made for."
                    ),
                    .init(
                        "certificate import x --chain DIR/old.pem --key DIR/old.key", 1,
                        "Error: The certificate CN=x.example or its issuer's has expired on YYYY-MM-DD; have it renewed."),
                    .init(
                        "certificate link x --chain DIR/new.pem --key DIR/new.key", 1,
                        "Error: The certificate CN=x.example or its issuer's is valid only from YYYY-MM-DD on; is this machine's clock right?"
                    ),
                    .init(
                        "certificate import X --chain DIR/x.pem --key DIR/x.key", 1,
                        "Error: \"X\" cannot be a certificate's name; it has 1 to 128 lower-case letters, digits, and dots, hyphens or "
                            + "underscores inside."),
                    .init(
                        "certificate import x --chain DIR/no.pem --key DIR/x.key", 1,
                        "Error: DIR/no.pem cannot be read: No such file or directory."),
                    .init(
                        "certificate import x --chain DIR/huge --key DIR/x.key", 1,
                        "Error: DIR/huge has more than 128 KiB; give a PEM file."),
                    .init(
                        "certificate import x --chain DIR/x.der --key DIR/x.key", 1,
                        "Error: DIR/x.der is no PEM text; \"openssl x509\", \"openssl pkey\" or \"openssl pkcs12\" makes one of it."),
                    .init(
                        "certificate link x --chain DIR/no.pem --key DIR/x.key", 1,
                        "Error: DIR/no.pem cannot be read: No such file or directory."),
                    .init(
                        "certificate self-signed x --host a_b..c", 1, "Error: \"a_b..c\" is no host name; write it like mail.example.org."),
                    .init("certificate self-signed x --days 4000", 1, "Error: A certificate is made for 1 to 3650 days."),
                ], in: house)
            #expect(house.state.certificates.all.map(\.name) == ["default"], "nothing was kept")
        }
    }

    @Test(arguments: [
        "certificate import x", "certificate import x --chain a", "certificate import x --chain a --chain b --key c",
        "certificate link x --chain a --chain b --chain c --key a --key b --key c", "certificate remove",
    ]) func commandLinesThatMakeNoSense(_ typed: String) async throws {
        let outcome = try await PosternCommand(socket: "/tmp/postern-nobody-here.sock").run(typed)
        #expect(outcome.code == 64)
    }

    /// Programs get everything but the key.
    @Test func json() async throws {
        try await House.open { house in
            let pair = try SelfSigned.make(name: "x", hostName: "mail.example.org", days: 90, at: Self.now).pairs[0]
            try Self.write(pair, "x", in: house)
            let line = PosternCommand(socket: house.socket)
            let key = String(decoding: pair.key, as: UTF8.self).split(separator: "\n")[1]
            for command in ["import x --chain DIR/x.pem --key DIR/x.key", "show x", "list", "remove x"] {
                let outcome = try await line.run("certificate \(command) --json".replacing("DIR", with: house.folder))
                #expect(outcome.code == 0)
                #expect((try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8))) != nil, "\(command)")
                #expect(outcome.output.contains("mail.example.org") && !outcome.output.contains(key), "\(command)")
            }
        }
    }

    @Test func aSettingHoldsItFast() {
        func declared(_ key: String, _ text: String) -> DeclaredSetting {
            DeclaredSetting(
                key: key, doc: "", form: .text, allowed: "", takesEffect: .live, defaultValue: .text("default"), defaultText: "default",
                value: .text(text), text: text, origin: .default, claimsPort: false, isSecret: false)
        }
        let settings = [declared("smtp.helo-name", "y"), declared("smtp.certificate", "x"), declared("mailbox.certificate", "default")]
        #expect(CertificateUse.setting(naming: "x", in: settings) == "smtp.certificate")
        #expect(CertificateUse.setting(naming: "default", in: settings) == "mailbox.certificate")
        #expect(CertificateUse.setting(naming: "y", in: settings) == nil)
    }
}
