import Certificates
import Foundation
import MailTesting

/// A folder in which the `openssl` command makes keys and certificates. Goes with what is in it.
final class Workshop: Sendable {
    let folder: String

    init() throws {
        folder = "/tmp/postern-certificates-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    struct Failed: Error { let said: String }

    /// Runs `openssl` in the folder; gives what it says, or throws that.
    @discardableResult
    func openssl(_ words: String) throws -> String {
        let done = try ChildProcess.run("/usr/bin/openssl", words.split(separator: " ").map(String.init), in: folder)
        guard done.code == 0 else { throw Failed(said: done.output + done.errors) }
        return done.output + done.errors
    }

    enum Key: String {
        case rsa = "-newkey rsa:2048"
        case shortRSA = "-newkey rsa:1024"
        case p256 = "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
        case p384 = "-newkey ec -pkeyopt ec_paramgen_curve:P-384"
        case secp256k1 = "-newkey ec -pkeyopt ec_paramgen_curve:secp256k1"
        case ed25519 = "-newkey ed25519"
    }

    /// Makes `NAME.pem` and `NAME.key`, signed by itself or by what was made before under the name `issuer`.
    func make(
        _ name: String, _ key: Key = .p256, subject: String? = nil, for names: String? = nil, by issuer: String? = nil, _ more: String = ""
    ) throws {
        let san = names.map { " -addext subjectAltName=\($0)" } ?? ""
        let signer = issuer.map { " -CA \($0).pem -CAkey \($0).key" } ?? ""
        try openssl(
            "req -x509 \(key.rawValue) -nodes -keyout \(name).key -out \(name).pem -days 90 -subj /CN=\(subject ?? name)\(san)\(signer) \(more)"
        )
    }

    /// A root, an intermediate below it, and `leaf` for mail.example.org below that.
    func makeChain(_ key: Key = .p256) throws {
        try make("root", subject: "Root", "-addext basicConstraints=critical,CA:TRUE")
        try make("middle", subject: "Middle", by: "root", "-addext basicConstraints=critical,CA:TRUE")
        try make("leaf", key, subject: "mail.example.org", for: "DNS:mail.example.org", by: "middle", "-addext basicConstraints=CA:FALSE")
    }

    func read(_ names: String...) throws -> [UInt8] {
        try names.flatMap { [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
    }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(filePath: "\(folder)/\(name)")) }

    func pair(_ name: String) throws -> KeyPair { KeyPair(chain: try read(name + ".pem"), key: try read(name + ".key")) }
}

/// What a pair is refused with, word for word; what was read of it otherwise.
func outcome(_ pairs: KeyPair..., at now: Int64 = Int64(Date().timeIntervalSince1970)) -> (checked: CheckedCertificate?, refusal: String?) {
    do throws(CertificateRefusal) {
        let checked = try CheckedCertificate(name: "x", pairs: pairs)
        try checked.requireValid(at: now)
        return (checked, nil)
    } catch {
        return (nil, error.description)
    }
}
