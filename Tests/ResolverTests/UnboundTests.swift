import Foundation
import MailCore
import Testing

@testable import Resolver

/// The real library against a name server on loopback.
@Suite struct UnboundTests {
    private static func table() -> [String: NameServer.Answer] {
        var table: [String: NameServer.Answer] = [:]
        func records(_ name: String, _ type: UInt16, _ data: [UInt8]...) { table["\(name) \(type)"] = .records(data.map { (type, $0) }) }
        records("mail.lab", 15, [0, 10] + wire("MX1.mail.lab"), [0, 5] + wire("mx2.mail.lab"))
        records("null.lab", 15, [0, 0, 0])
        records("mail.lab", 1, [192, 0, 2, 1])
        records("mail.lab", 28, [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        records("mail.lab", 16, [3] + Array("v=s".utf8) + [2] + Array("pf".utf8))
        records("1.114.0.203.in-addr.arpa", 12, wire("host.mail.lab"))
        records("_25._tcp.mx.mail.lab", 52, [3, 1, 1, 0xAB])
        records("xn--bcher-kva.lab", 1, [192, 0, 2, 2])
        table["gone.lab 15"] = .code(3)
        table["broken.lab 15"] = .code(2)
        table["refused.lab 15"] = .code(5)
        table["silent.lab 15"] = .silence
        return table
    }

    @Test func everyOutcomeIsItsOwn() async throws {
        let server = NameServer(Self.table())
        defer { server.stop() }
        let dns = try Unbound(
            Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], validates: false, timeout: .milliseconds(500)))
        defer { dns.close() }

        let exchangers = await dns.mailExchangers("mail.lab")
        #expect(
            Set(exchangers.records) == [
                MailExchanger(preference: 10, host: "mx1.mail.lab"), MailExchanger(preference: 5, host: "mx2.mail.lab"),
            ])
        #expect(exchangers.timeToLive > .seconds(290) && exchangers.timeToLive <= .seconds(300))
        #expect(exchangers.security == .insecure)
        #expect(await dns.mailExchangers("null.lab").records == [MailExchanger(preference: 0, host: "")])
        #expect(await dns.addresses4("mail.lab").records.map(\.description) == ["192.0.2.1"])
        #expect(await dns.addresses6("mail.lab").records.map(\.description) == ["2001:db8::1"])
        #expect(await dns.texts("mail.lab").records == [Array("v=spf".utf8)])
        #expect(await dns.names(of: IPAddress("203.0.114.1")!).records == ["host.mail.lab"])
        #expect(
            await dns.certificates(of: "mx.mail.lab", port: 25).records == [TLSARecord(usage: 3, selector: 1, matching: 1, data: [0xAB])])
        #expect(await dns.addresses4("Bücher.lab").records.map(\.description) == ["192.0.2.2"])

        #expect(await dns.mailExchangers("empty.lab").outcome == .noData)
        #expect(await dns.mailExchangers("gone.lab").outcome == .noSuchName)
        #expect(await dns.mailExchangers("broken.lab").failure == .serverFailure)
        #expect(await dns.mailExchangers("refused.lab").failure == .serverFailure)
        #expect(await dns.mailExchangers("silent.lab").failure == .timeout)
        #expect(await dns.mailExchangers("a..lab").failure == .unusableName)
    }

    /// An anchor for a zone whose server has no signatures: its answers are forged, or as good as.
    @Test func anUnsignedAnswerWhereASignedOneMustBeIsBogus() async throws {
        let server = NameServer(["signed.lab 1": .records([(1, [192, 0, 2, 1])])])
        defer { server.stop() }
        let anchor = "signed.lab. IN DS 1 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
        let dns = try Unbound(
            Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], anchors: [anchor], timeout: .seconds(10)))
        defer { dns.close() }
        let answer = await dns.addresses4("signed.lab")
        guard case .bogus? = answer.failure else {
            Issue.record("\(answer)")
            return
        }
        #expect(await dns.addresses4("unsigned.lab").outcome == .noData)
    }

    @Test func whoeverWaitsHearsOfTheEnd() async throws {
        let server = NameServer(["silent.lab 1": .silence])
        defer { server.stop() }
        let dns = try Unbound(Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], validates: false, timeout: .seconds(60)))
        async let answer = dns.addresses4("silent.lab")
        await Task.yield()
        dns.close()
        #expect(await answer.failure == .stopped)
        #expect(await dns.addresses4("silent.lab").failure == .stopped)
    }

    @Test func aliasesAreFollowedAndNamed() async throws {
        let table: [String: NameServer.Answer] = [
            "alias.lab 1": .records([(type: UInt16(5), data: wire("Real.lab"))]),
            "real.lab 1": .records([(type: UInt16(1), data: [192, 0, 2, 7])]),
            "alias.lab 5": .records([(type: UInt16(5), data: wire("Real.lab"))]),
        ]
        let server = NameServer(table)
        defer { server.stop() }
        let dns = try Unbound(Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], validates: false, timeout: .seconds(10)))
        defer { dns.close() }
        let followed = await dns.addresses4("alias.lab")
        #expect(followed.records.map(\.description) == ["192.0.2.7"] && followed.canonicalName == "real.lab")
        #expect(await dns.addresses4("real.lab").canonicalName == nil)
        #expect(await dns.records("alias.lab", .cname).outcome == .records([wire("Real.lab")]))
    }

    /// Whoever gives up is answered at once, and the answer that comes later is in the cache.
    @Test func aQuestionCanBeGivenUp() async throws {
        let server = NameServer(["silent.lab 1": .silence])
        defer { server.stop() }
        let dns = try Unbound(Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], validates: false, timeout: .seconds(60)))
        defer { dns.close() }
        let asking = Task { await dns.addresses4("silent.lab") }
        asking.cancel()
        #expect(await asking.value.failure == .timeout)
    }

    /// The keys of a file, or one sentence about it.
    @Test(
        arguments: [
            ("signed.lab. IN DS 1 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", true), ("nonsense\n", false),
            (nil, false),
        ] as [(String?, Bool)])
    func trustAnchorsOfAFile(text: String?, isUsable: Bool) async throws {
        let file = NSTemporaryDirectory() + "postern-anchors-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        try text?.write(toFile: file, atomically: true, encoding: .utf8)
        let server = NameServer(["signed.lab 1": .records([(1, [192, 0, 2, 1])])])
        defer { server.stop() }
        let configuration = Unbound.Configuration(servers: ["127.0.0.1@\(server.port)"], anchorFile: file, timeout: .seconds(10))
        guard isUsable else {
            do {
                _ = try Unbound(configuration)
                Issue.record("it was taken")
            } catch {
                #expect("\(error)".contains(file))
            }
            return
        }
        let dns = try Unbound(configuration)
        defer { dns.close() }
        guard case .bogus? = await dns.addresses4("signed.lab").failure else {
            Issue.record("the keys are not used")
            return
        }
    }

    @Test func aServerThatIsNoneIsRefused() {
        do {
            _ = try Unbound(Unbound.Configuration(servers: ["nonsense"]))
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".contains("nonsense"))
        }
    }
}

@Suite struct NameTests {
    /// RFC 3492 §7.1 and names that are in use.
    @Test(arguments: [
        ("example.org", "example.org"), ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.example", "xn--bcher-kva.example"),
        ("他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"), ("почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"),
        ("a..b", nil), ("", nil), ("a b", nil), (String(repeating: "a", count: 64), nil),
        (Array(repeating: "aaaaaaaaa", count: 26).joined(separator: "."), nil),
    ])
    func asASCII(name: String, ascii: String?) { #expect(ASCIIName.of(name) == ascii) }

    @Test(
        arguments: [
            ([3, 65, 66, 67, 0], "abc"), ([0], ""), ([1, 97, 1, 98, 0], "a.b"), ([3, 65, 66], nil), ([1, 97], nil), ([1, 46, 0], nil),
            ([1, 97, 0, 9], nil), ([], nil), ([64] + [UInt8](repeating: 97, count: 64) + [0], nil),
        ] as [([UInt8], String?)])
    func asText(octets: [UInt8], text: String?) { #expect(WireName.text(octets[...]) == text) }
}
