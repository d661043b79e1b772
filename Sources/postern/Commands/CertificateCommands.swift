internal import AdminContract
internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc

/// `postern certificate`
struct CertificateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate", abstract: "Shows and changes the certificates that encrypted connections show.",
        subcommands: [Import.self, Link.self, SelfSigned.self, List.self, Show.self, Remove.self])

    struct Import: OperationCommand {
        static let configuration = described(
            """
            The files are read by this command and kept by the daemon; they are not needed afterwards. To renew the certificate, import \
            it again under the same name: connections that are open go on.
            """)

        @Argument(help: "Its name, such as default or mail.example.org.") var name: String
        @OptionGroup var files: PairOptions
        @OptionGroup var common: CommonOptions

        func operation() throws -> CertificateImport {
            CertificateImport(
                name: name, pairs: try files.pairs.map { CertificatePair(chain: try PEMFile.text($0), key: try PEMFile.text($1)) })
        }

        func text(_ answer: CertificatePut) -> String { answer.text("imported") }
    }

    struct Link: OperationCommand {
        static let configuration = described(
            """
            The daemon reads the files itself, with the rights of its user postern, and looks every ten seconds whether they have been \
            renewed. A key that only root may read can come through systemd: put LoadCredential=mail.key:/PATH/OF/THE/KEY into a drop-in \
            for postern.service, and link /run/credentials/postern.service/mail.key. Such a key is renewed by a restart.
            """)

        @Argument(help: "Its name, such as default or mail.example.org.") var name: String
        @OptionGroup var files: PairOptions
        @OptionGroup var common: CommonOptions

        func operation() throws -> CertificateLink {
            let absolute = { (path: String) in URL(filePath: path).standardizedFileURL.path }
            return CertificateLink(name: name, pairs: files.pairs.map { CertificatePair(chain: absolute($0), key: absolute($1)) })
        }

        func text(_ answer: CertificatePut) -> String { answer.text("linked") }
    }

    struct SelfSigned: OperationCommand {
        @Argument(help: "Its name, such as default or mail.example.org.") var name: String
        @Option(help: "The host that it is for; this machine's name when nothing is said.") var host: String?
        @Option(help: "How many days it lasts, at most 3650, which it lasts when nothing is said. Apple's devices trust no more than 825.")
        var days: Int?
        @OptionGroup var common: CommonOptions

        func operation() -> CertificateSelfSigned { CertificateSelfSigned(name: name, host: host, days: days) }
        func text(_ answer: CertificatePut) -> String { answer.text("made") }
    }

    struct List: OperationCommand {
        @OptionGroup var common: CommonOptions

        func operation() -> CertificateList { CertificateList() }
        func text(_ answer: CertificateList.Answer) -> String {
            TextTable(
                ["NAME", "FOR", "KEYS", "VALID UNTIL", "SOURCE"],
                answer.certificates.map { [$0.name, $0.hostsInShort, $0.keys, $0.end, $0.source] }
            ).text
        }
    }

    struct Show: OperationCommand {
        @Argument(help: "The certificate's name.") var name: String
        @OptionGroup var common: CommonOptions

        func operation() -> CertificateShow { CertificateShow(name: name) }
        func text(_ answer: CertificateFacts) -> String { answer.text }
    }

    struct Remove: OperationCommand {
        @Argument(help: "The certificate's name.") var name: String
        @OptionGroup var common: CommonOptions

        func operation() -> CertificateRemove { CertificateRemove(name: name) }
        func text(_ answer: CertificateFacts) -> String { "Certificate \(answer.name) is removed." }
    }
}

extension OperationCommand {
    /// The usual configuration, with more to say in the help.
    fileprivate static func described(_ discussion: String) -> CommandConfiguration {
        CommandConfiguration(commandName: Operation.spec.verb, abstract: Operation.spec.doc, discussion: discussion)
    }
}

/// Files of one or two pairs.
struct PairOptions: ParsableArguments {
    @Option(
        help:
            "A PEM file with the server's certificate and those that lead to its root. Given twice, each with its --key: an RSA and an ECDSA one.",
        completion: .file())
    var chain: [String]

    @Option(help: "A PEM file with the private key, without a password. May be the same file.", completion: .file())
    var key: [String]

    var pairs: [(chain: String, key: String)] { Array(zip(chain, key)) }

    func validate() throws {
        guard chain.count == key.count else { throw ValidationError("Each --chain needs its --key, in the same order.") }
        guard chain.count <= 2 else { throw ValidationError("There are at most two pairs, one with an RSA and one with an ECDSA key.") }
    }
}

/// A file as the one who runs the command can read it.
private enum PEMFile {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// Larger ones are not sent: the daemon would refuse them.
    private static let longest = 128 << 10

    static func text(_ path: String) throws -> String {
        let file = fopen(path, "re")
        defer { if let file { fclose(file) } }
        var octets = [UInt8](repeating: 0, count: longest + 1)
        let count = file.map { fread(&octets, 1, octets.count, $0) } ?? 0
        guard let file, ferror(file) == 0 else {
            throw Unreadable(description: "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        guard count <= longest else { throw Unreadable(description: "\(path) has more than 128 KiB; give a PEM file.") }
        guard let text = String(validating: octets.prefix(count), as: UTF8.self) else {
            throw Unreadable(
                description: "\(path) is no PEM text; \"openssl x509\", \"openssl pkey\" or \"openssl pkcs12\" makes one of it.")
        }
        return text
    }
}

extension CertificatePut {
    fileprivate func text(_ done: String) -> String {
        let sentence = "Certificate \(certificate.name) is \(done)\(replaced ? " and takes the place of the one before" : "")."
        return ([sentence] + certificate.warnings.map { "Warning: \($0)" }).joined(separator: "\n")
    }
}

extension CertificateFacts {
    fileprivate var keys: String { pairs.isEmpty ? "-" : pairs.map(\.key).joined(separator: ", ") }

    fileprivate var hostsInShort: String {
        guard !hosts.isEmpty else { return "-" }
        return hosts.prefix(3).joined(separator: ", ") + (hosts.count > 3 ? " and \(hosts.count - 3) more" : "")
    }

    /// `2027-01-31 (66 days)`
    fileprivate var end: String {
        guard let validUntil, let daysLeft else { return "-" }
        return "\(validUntil.prefix(10)) (\(daysLeft < 0 ? "expired" : daysLeft == 1 ? "1 day" : "\(daysLeft) days"))"
    }

    fileprivate var text: String {
        let head = [
            ("Certificate", name), ("For", hosts.isEmpty ? "-" : hosts.joined(separator: ", ")), ("Keys", keys), ("Valid until", end),
            ("Source", source), ("Changed", changed),
        ]
        let linked = (files ?? []).flatMap { [("Chain", $0.chain), ("Key", $0.key)] }
        let parts = [head + linked] + pairs.map(\.facts)
        let warnings = warnings.map { "Warning: \($0)" }.joined(separator: "\n")
        return (parts.map { TextTable(facts: $0).text } + (warnings.isEmpty ? [] : [warnings])).joined(separator: "\n\n")
    }
}

extension CertificateFacts.Pair {
    fileprivate var facts: [(name: String, value: String)] {
        [
            ("Key", key), ("Subject", subject), ("Issuer", isSelfSigned ? "itself" : issuer), ("Valid from", String(validFrom.prefix(10))),
            ("Valid until", String(validUntil.prefix(10))), ("Chain", chainLength == 1 ? "1 certificate" : "\(chainLength) certificates"),
            ("SHA-256", fingerprint),
        ]
    }
}
