import GRDB
import MailCore

/// Makes a verifier for a name that nobody has: what is seen of it looks like anybody's, and stays the same for the same name, also
/// after a restart. Whoever asks for names learns nothing. RFC 5802 §9
struct UnknownNames: Sendable {
    /// The key's name in the table of secrets.
    static let secret = "unknown-names"

    private let key: [UInt8]

    init(key: [UInt8]) { self.key = key }

    init(readFrom db: Database) throws {
        let text = try String.fetchOne(db, sql: "SELECT value FROM secret WHERE name = ?", arguments: [Self.secret])
        guard let key = text.flatMap({ Base64.decode(Array($0.utf8)) }), key.count == Crypto.digestLength else {
            throw StateError.unavailable("its secret \"\(Self.secret)\" cannot be read")
        }
        self.init(key: key)
    }

    /// Proves nothing. Accounts may differ in their rounds: a name that nobody has gets each number as often as the accounts have
    /// it, and keeps it when one account more or less has its own.
    func verifier(_ name: String, in directory: Directory) -> PasswordVerifier {
        let rounds = directory.rounds
        let place = digest("rounds", name).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let iterations = rounds.isEmpty ? 16384 : rounds[(place * rounds.count) >> 32]
        return .ofNobody(
            iterations: iterations, salt: Array(digest("salt", name).prefix(PasswordVerifier.saltLength)), key: digest("key", name))
    }

    private func digest(_ purpose: String, _ name: String) -> [UInt8] { Crypto.hmac(Array("\(purpose) \(name)".utf8), key: key) }
}
