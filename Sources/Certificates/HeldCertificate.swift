import MailCore

/// A named certificate and how it stands with it at the moment: what lists, the status and the journal say of it.
public struct HeldCertificate: Hashable, Sendable {
    public let name: String
    /// What peers are shown; `nil` when it could never be read.
    public let inForce: CheckedCertificate?
    /// Why the newest text is not in force; the one before it is, if there was one.
    public let refusal: CertificateRefusal?
    /// Paths of linked keys that everybody on this machine can read.
    public let keysOpenToAll: [String]

    public init(name: String, inForce: CheckedCertificate?, refusal: CertificateRefusal? = nil, keysOpenToAll: [String] = []) {
        self.name = name
        self.inForce = inForce
        self.refusal = refusal
        self.keysOpenToAll = keysOpenToAll
    }

    /// Sentences about what needs somebody's attention.
    public func warnings(at now: Int64) -> [String] {
        [refusalSentence, endSentence(at: now)].compactMap { $0 }
            + keysOpenToAll.map { "Everybody on this machine can read the private key \($0); take that away with \"chmod o= \($0)\"." }
    }

    /// From how many days before its end on a certificate is spoken of.
    public static let daysOfWarning = 30

    /// Why the newest text is not in force, if it is not.
    public var refusalSentence: String? {
        refusal.map { "The certificate \(name) is not taken\(inForce == nil ? "" : ", the one before stays in force"): \($0)" }
    }

    /// When it ends, if that is soon or has been; or that it has not begun.
    public func endSentence(at now: Int64) -> String? {
        guard let inForce else { return nil }
        let end = ReadableText.day(inForce.validUntil)
        let left = inForce.validUntil - now
        if left < 0 { return "The certificate \(name) has expired on \(end), and mail programs refuse it; renew it." }
        if inForce.validFrom > now {
            return "The certificate \(name) is valid only from \(ReadableText.day(inForce.validFrom)) on; is this machine's clock right?"
        }
        let days = left / 86_400
        guard left <= Int64(Self.daysOfWarning) * 86_400 else { return nil }
        return
            "The certificate \(name) ends on \(end), \(days == 0 ? "within a day" : days == 1 ? "in 1 day" : "in \(days) days"); renew it."
    }

    /// What is in force, for the journal: `The certificate default is in force for gw.example.org, with ECDSA P-256, until 2036-11-23.`
    public var summary: String {
        guard let inForce else { return "The certificate \(name) is not in force." }
        let hosts = inForce.certificate.hostNames + inForce.facts.flatMap(\.addresses).map(\.description)
        let shown = hosts.prefix(5).joined(separator: ", ") + (hosts.count > 5 ? " and \(hosts.count - 5) more" : "")
        let kinds = inForce.facts.map(\.kind.description).joined(separator: " and ")
        return "The certificate \(name) is in force for \(shown), with \(kinds), until \(ReadableText.day(inForce.validUntil))."
    }
}
