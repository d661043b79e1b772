import MailCore
import StateStore

/// The client's side of SCRAM-SHA-256: the password never leaves, and the server must prove that it knows it too. RFC 5802, RFC 7677
///
/// | state | left by |
/// |---|---|
/// | begun: `first` is said | the server's first message → `final` |
/// | proven: `final` is said | the server's last message, whose signature must be the one that we expect |
struct ScramClient {
    /// A server that wants more work than this is refused: it names the number, we do the work.
    static let mostIterations = 200_000

    private let password: [UInt8]
    private let nonce: String
    private let bare: String
    private var expected: [UInt8] = []

    /// - Parameter nonce: printable ASCII without commas, never the same twice.
    init(user: String, password: String, nonce: String) {
        self.password = Array(password.utf8)
        self.nonce = nonce
        let name = user.replacing("=", with: "=3D").replacing(",", with: "=2C")
        bare = "n=\(name),r=\(nonce)"
    }

    /// A nonce of 24 random letters and digits.
    static func freshNonce() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        return String(decoding: (0..<24).map { _ in alphabet.randomElement() ?? 48 }, as: UTF8.self)
    }

    /// Without channel binding. RFC 5802 §7
    var first: [UInt8] { Array("n,,\(bare)".utf8) }

    /// What is said to the server's first message; `nil` when that is not of its form.
    mutating func final(_ serverFirst: [UInt8]) -> [UInt8]? {
        let text = String(decoding: serverFirst, as: UTF8.self)
        let fields = text.parts(at: ",", keepingEmpty: true)
        guard fields.count >= 3, fields[0].hasPrefix("r=\(nonce)"), fields[0].utf8.count > nonce.utf8.count + 2, fields[1].hasPrefix("s="),
            let salt = Base64.decode(Array(fields[1].dropFirst(2).utf8)), !salt.isEmpty, fields[2].hasPrefix("i=")
        else { return nil }
        var digits = Scanner(String(fields[2].dropFirst(2)))
        guard let number = try? digits.number(limit: UInt64(Self.mostIterations)), digits.atEnd, number > 0 else { return nil }
        let keys = ScramKeys(password: password, salt: salt, iterations: Int(number))
        let withoutProof = "c=biws,\(fields[0])"
        let exchange = Array("\(bare),\(text),\(withoutProof)".utf8)
        expected = keys.serverSignature(of: exchange)
        return Array("\(withoutProof),p=".utf8) + Base64.encode(keys.proof(of: exchange))
    }

    /// Whether the server's last message proves that it knows the password.
    func accepts(_ serverFinal: [UInt8]) -> Bool {
        !expected.isEmpty && serverFinal.starts(with: Array("v=".utf8)) && Base64.decode(serverFinal.dropFirst(2)) == expected
    }
}
