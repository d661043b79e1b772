import Connections
import MailCore
import SMTPWire

/// How a session with a server begins: its greeting, ours, encryption, log-in.
extension ClientSession {
    mutating func begin() async throws(ClientFailure) {
        if settings.encryption == .fromTheBeginning { try await encrypt() }
        let greeting = try await reply(.greeting, within: settings.deadlines.greeting)
        guard greeting.kind == 2 else { throw ClientFailure(.greeting, .reply(greeting)) }
        try await hello()
        switch settings.encryption {
        case .whereOffered where offers.startTLS: try await startTLS()
        case .whereOffered: try stayInTheClear("The server does not offer STARTTLS")
        case .never(let reason): exposure = reason
        case .fromTheBeginning: break
        }
        if let login = settings.login { try await authenticate(login) }
    }

    /// STARTTLS; a server that offers it and then does not want to goes on in the clear, where it may. What it said before counts no more.
    /// RFC 3207 §4, §4.2
    private mutating func startTLS() async throws(ClientFailure) {
        say("STARTTLS")
        let answer = try await reply(.encryption, within: settings.deadlines.command)
        guard answer.kind == 2 else { return try stayInTheClear("The server refused STARTTLS with \"\(answer)\"") }
        // What came in the clear behind the answer could be somebody else's (CVE-2011-0411).
        guard !connection.hasBufferedInput else { throw ClientFailure(.encryption, .malformed(.malformed)) }
        try await encrypt()
        offers = Offers()
        try await hello()
    }

    /// The server will not have TLS, which is its right where nothing better is known of it.
    private mutating func stayInTheClear(_ reason: String) throws(ClientFailure) {
        guard !settings.demand.isStrict else { throw ClientFailure(.encryption, .notSafe(EnhancedStatus(4, 7, 4), reason)) }
        exposure = reason
    }

    private func encrypt() async throws(ClientFailure) {
        do throws(ConnectionError) {
            try await connection.startTLS(as: tlsClient, within: settings.deadlines.command)
        } catch {
            guard error == .notEncrypted else { throw ClientFailure(.encryption, .connection(error)) }
            let reason = "TLS failed (\(connection.tlsFailure ?? "no agreement was found"))"
            throw ClientFailure(.encryption, settings.demand.isStrict ? .notSafe(EnhancedStatus(4, 7, 5), reason) : .noTLS(reason))
        }
    }

    private var tlsClient: TLSClient {
        guard case .proved(let proof) = settings.demand else { return TLSClient(host: host, proof: .none) }
        return TLSClient(host: proof.base, otherNames: proof.otherNames, proof: .dane(proof.records))
    }

    /// EHLO, and HELO where that is not known. RFC 5321 §3.2
    private mutating func hello() async throws(ClientFailure) {
        say("EHLO \(settings.heloName)")
        let extended = try await reply(.hello, within: settings.deadlines.command)
        if extended.kind == 2 {
            offers = Offers(extended)
            return
        }
        guard extended.kind == 5 else { throw ClientFailure(.hello, .reply(extended)) }
        say("HELO \(settings.heloName)")
        let plain = try await reply(.hello, within: settings.deadlines.command)
        guard plain.kind == 2 else { throw ClientFailure(.hello, .reply(plain)) }
        offers = Offers()
    }

    /// RFC 4954 §4; LOGIN, which no standard describes, for the servers that know nothing else.
    private mutating func authenticate(_ login: RelayLogin) async throws(ClientFailure) {
        let user = Array(login.user.utf8)
        let password = Array(login.password.utf8)
        let answer: RemoteReply
        if offers.mechanisms.contains("SCRAM-SHA-256") {
            answer = try await scram(login)
        } else if offers.mechanisms.contains("PLAIN") {
            say("AUTH PLAIN \(Self.base64([0] + user + [0] + password))")
            answer = try await reply(.login, within: settings.deadlines.command)
        } else if offers.mechanisms.contains("LOGIN") {
            say("AUTH LOGIN")
            var next = try await reply(.login, within: settings.deadlines.command)
            for word in [user, password] where next.kind == 3 {
                say(Self.base64(word))
                next = try await reply(.login, within: settings.deadlines.command)
            }
            answer = next
        } else {
            throw ClientFailure(.login, .noMechanism)
        }
        guard answer.kind == 2 else { throw ClientFailure(.login, .reply(answer)) }
    }

    /// RFC 5802 §5 within RFC 4954 §4: two challenges, the second of which proves who the server is.
    private func scram(_ login: RelayLogin) async throws(ClientFailure) -> RemoteReply {
        var client = ScramClient(user: login.user, password: login.password, nonce: ScramClient.freshNonce())
        say("AUTH SCRAM-SHA-256 \(Self.base64(client.first))")
        let first = try await reply(.login, within: settings.deadlines.command)
        guard first.kind == 3 else {
            // A server that was content without proving itself is not the one whose password it is.
            guard first.kind != 2 else { throw ClientFailure(.login, .noMechanism) }
            return first
        }
        guard let challenge = Base64.decode(Array((first.lines.first ?? "").utf8)), let final = client.final(challenge) else {
            throw ClientFailure(.login, .noMechanism)
        }
        say(Self.base64(final))
        let second = try await reply(.login, within: settings.deadlines.command)
        guard second.kind == 3 else {
            guard second.kind == 2 else { return second }
            throw ClientFailure(.login, .noMechanism)
        }
        guard let proof = Base64.decode(Array((second.lines.first ?? "").utf8)), client.accepts(proof) else {
            throw ClientFailure(.login, .noMechanism)
        }
        say("")
        return try await reply(.login, within: settings.deadlines.command)
    }

    private static func base64(_ octets: [UInt8]) -> String { String(decoding: Base64.encode(octets), as: UTF8.self) }
}
