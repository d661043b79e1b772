import Certificates
import MailCore
import MailSettings
import NIOCore
import Testing

@testable import Connections

/// A server's and a client's engine, and nothing between them but their octets.
struct EnginePair {
    let server: TLSEngine
    let client: TLSEngine

    static let own = made("own", "mail.postern.test")
    static let other = made("other", "*.example.org")

    private static func made(_ name: String, _ host: String) -> NamedCertificate {
        guard let certificate = try? SelfSigned.make(name: name, hostName: "mail.postern.test", at: 1_800_000_000) else {
            preconditionFailure("a certificate can be made")
        }
        return NamedCertificate(name: name, pairs: certificate.pairs, hostNames: [host])
    }

    init(
        host: String = "mail.postern.test", otherNames: [String] = [], minimumVersion: TLSVersion = .tls12, dhBits: Int = 2048,
        protocols: [String] = [],
        client: TLSClient.Proof = .none
    ) throws {
        let context = try TLSContext(
            TLSConfiguration(
                certificate: Self.own, others: [Self.other], minimumVersion: minimumVersion, dhBits: dhBits, protocols: protocols))
        server = TLSEngine(context)
        self.client = try #require(TLSEngine(TLSClient(host: host, otherNames: otherNames, proof: client)))
    }

    /// Goes on until both have agreed, or one of them has given up; octets travel in pieces of the size.
    func shakeHands(pieces: Int = 1 << 20) -> (server: TLSEngine.Progress, client: TLSEngine.Progress) {
        var ofClient = client.advance()
        var ofServer = TLSEngine.Progress.waiting
        for _ in 0..<100 {
            carry(from: client, to: server, pieces) { if case .waiting = ofServer { ofServer = server.advance() } }
            carry(from: server, to: client, pieces) { if case .waiting = ofClient { ofClient = client.advance() } }
            if case .waiting = ofServer { continue }
            if case .waiting = ofClient, case .established = ofServer { continue }
            break
        }
        return (ofServer, ofClient)
    }

    private func carry(from: TLSEngine, to: TLSEngine, _ pieces: Int, _ advance: () -> Void) {
        guard var octets = from.takeToSend() else { return }
        while let piece = octets.readSlice(length: min(pieces, octets.readableBytes)), piece.readableBytes > 0 {
            to.receive(piece)
            advance()
        }
    }
}

extension TLSEngine.Progress {
    var isWaiting: Bool {
        if case .waiting = self { true } else { false }
    }
    fileprivate var facts: TLSFacts? {
        if case .established(let facts) = self { facts } else { nil }
    }
    fileprivate var failure: String? {
        if case .failed(let reason) = self { reason } else { nil }
    }
}

@Suite struct TLSEngineTests {
    @Test(arguments: [1 << 20, 100, 7, 1])
    func agreesHoweverTheOctetsAreCut(pieces: Int) throws {
        let pair = try EnginePair()
        let (server, client) = pair.shakeHands(pieces: pieces)
        let facts = try #require(server.facts)
        #expect(facts.version == "TLSv1.3")
        #expect(facts.cipher == "TLS_AES_128_GCM_SHA256")
        #expect(facts.serverName == "mail.postern.test")
        #expect(pair.server.bindings.endPoint.count == 32)
        #expect(pair.server.bindings.exporter?.count == 32)
        #expect(client.facts != nil && pair.client.bindings.exporter == pair.server.bindings.exporter)
    }

    /// RFC 6066 §3; the certificate that a client sees shows in the binding to it.
    @Test func showsTheCertificateOfTheHostThatIsAskedFor() throws {
        let bindings = try ["mail.postern.test", "mail.example.org", "a.b.example.org", "example.org", "elsewhere.test"].map {
            let pair = try EnginePair(host: $0)
            _ = try #require(pair.shakeHands().server.facts)
            return pair.server.bindings.endPoint
        }
        #expect(bindings[1] != bindings[0])
        #expect(bindings[2] == bindings[0], "a wildcard stands for one label")
        #expect(bindings[3] == bindings[0], "a wildcard stands for a label")
        #expect(bindings[4] == bindings[0])
    }

    @Test(arguments: [1024, 2048, 3072, 4096], [TLSVersion.tls10, .tls11, .tls12, .tls13])
    func everyChoiceOfTheSettingsWorks(dhBits: Int, version: TLSVersion) throws {
        #expect(try EnginePair(minimumVersion: version, dhBits: dhBits).shakeHands().server.facts?.version == "TLSv1.3")
    }

    @Test func carriesOctetsBothWays() throws {
        let pair = try EnginePair()
        _ = pair.shakeHands()
        let text = ByteBuffer(bytes: (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        for (from, to) in [(pair.server, pair.client), (pair.client, pair.server)] {
            from.encrypt(text)
            var octets = try #require(from.takeToSend())
            var heard = ByteBuffer()
            while let piece = octets.readSlice(length: min(1000, octets.readableBytes)), piece.readableBytes > 0 {
                to.receive(piece)
                guard case .all = to.decrypt(into: &heard) else {
                    Issue.record("a record could not be read")
                    return
                }
            }
            #expect(heard == text)
        }
    }

    @Test func saysGoodbye() throws {
        let pair = try EnginePair()
        _ = pair.shakeHands()
        pair.server.encrypt(ByteBuffer(string: "221 Bye\r\n"))
        pair.server.sayGoodbye()
        pair.client.receive(try #require(pair.server.takeToSend()))
        var heard = ByteBuffer()
        guard case .ended = pair.client.decrypt(into: &heard) else {
            Issue.record("no goodbye was heard")
            return
        }
        #expect(String(buffer: heard) == "221 Bye\r\n")
    }

    /// What nobody vouches for is no proof of anything; whoever only wants not to be listened to takes it.
    @Test func clientsCanDemandProof() throws {
        #expect(try EnginePair(client: .none).shakeHands().client.facts != nil)
        #expect(try EnginePair(client: .authority).shakeHands().client.failure?.contains("certificate verify failed") == true)
        let wrong = TLSClient.TLSARecord(usage: 3, selector: 1, matching: 1, data: [UInt8](repeating: 7, count: 32))
        #expect(try EnginePair(client: .dane([wrong])).shakeHands().client.failure != nil)
        let unusable = TLSClient.TLSARecord(usage: 3, selector: 1, matching: 1, data: [1])
        #expect(TLSEngine(TLSClient(host: "mail.postern.test", proof: .dane([unusable]))) == nil)
    }

    /// The facts say what the proof was. (Authorities that DNS names are tried by `test_dane.py`.) RFC 7672 §3.1
    @Test func saysWhatProvedTheServer() throws {
        let pem = String(decoding: EnginePair.own.pairs[0].chain, as: UTF8.self).split(separator: "\n")
        let block = pem.drop { !$0.hasPrefix("-----BEGIN") }.dropFirst().prefix { !$0.hasPrefix("-----END") }
        let der = try #require(Base64.decode(Array(block.joined().utf8)))
        func record(_ usage: UInt8) -> TLSClient.TLSARecord { TLSClient.TLSARecord(usage: usage, selector: 0, matching: 0, data: der) }
        #expect(try EnginePair().shakeHands().client.facts?.verified == SessionSecurity.Verification.none)
        #expect(try EnginePair(client: .dane([record(3)])).shakeHands().client.facts?.verified == .daneEE)
        #expect(try EnginePair(client: .dane([record(3)])).shakeHands().server.facts?.verified == SessionSecurity.Verification.none)
        #expect(try EnginePair(host: "else.test", client: .dane([record(3)])).shakeHands().client.facts?.verified == .daneEE)
        // A certificate is not its own authority.
        let both = try EnginePair(host: "else.test", otherNames: ["mail.postern.test"], client: .dane([record(2)]))
        #expect(both.shakeHands().client.failure != nil)
    }

    /// A changed record is refused, and so is everything behind it.
    @Test func noticesChangedOctets() throws {
        let pair = try EnginePair()
        _ = pair.shakeHands()
        pair.client.encrypt(ByteBuffer(string: "QUIT\r\n"))
        var octets = try #require(pair.client.takeToSend())
        let last = octets.writerIndex - 1
        octets.setInteger((octets.getInteger(at: last, as: UInt8.self) ?? 0) ^ 1, at: last)
        pair.server.receive(octets)
        var heard = ByteBuffer()
        guard case .failed = pair.server.decrypt(into: &heard) else {
            Issue.record("a changed record was believed")
            return
        }
        #expect(heard.readableBytes == 0)
        pair.server.encrypt(ByteBuffer(string: "secret"))
        #expect(pair.server.takeToSend().map { !String(buffer: $0).contains("secret") } ?? true)
    }

    /// Whatever a stranger sends in place of a handshake ends it with a reason.
    @Test func refusesNonsense() throws {
        var random = SystemRandomNumberGenerator()
        for octets in [Array("EHLO client.example\r\n".utf8), Array("GET / HTTP/1.1\r\n\r\n".utf8)]
            + (0..<200).map({ _ in (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) } })
        {
            let server = try EnginePair().server
            server.receive(ByteBuffer(bytes: octets))
            if case .established = server.advance() { Issue.record("\(octets) was taken for a handshake") }
        }
    }

    /// RFC 7301 §3.2
    @Test(arguments: [
        (["imap"], "\u{4}imap", 1..<5), (["imap"], "\u{2}h2\u{4}imap", 4..<8), (["imap"], "\u{2}h2\u{8}http/1.1", nil), (["imap"], "", nil),
        (["pop3"], "\u{4}imap", nil), (["imap"], "\u{5}imapx", nil), (["imap"], "\u{9}imap", nil), (["imap"], "\u{0}\u{4}imap", 2..<6),
    ])
    func choosesAmongProtocols(own: [String], offered: String, chosen: Range<Int>?) {
        #expect(ApplicationProtocols(own).choose(Array(offered.utf8)) == chosen)
    }

    /// RFC 5077 §5.5
    @Test func ticketKeysAreReplaced() throws {
        let keys = TicketKeys()
        let start = ContinuousClock.now
        let first = keys.current(at: start)
        #expect(keys.current(at: start + .seconds(3600)).name == first.name)
        let second = keys.current(at: start + TicketKeys.lifetime + .seconds(1))
        #expect(second.name != first.name)
        #expect(keys.find(first.name, at: start + TicketKeys.lifetime + .seconds(1))?.isCurrent == false)
        #expect(keys.find(first.name, at: start + TicketKeys.lifetime * 2 + .seconds(1)) == nil)
        #expect(keys.find([UInt8](repeating: 0, count: 16), at: start) == nil)
    }
}
