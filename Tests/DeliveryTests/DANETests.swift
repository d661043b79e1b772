import Connections
import MailCore
import MailTesting
import Resolver
import Testing

@testable import Delivery

/// What signed DNS demands of a session, answer by answer. RFC 7672 §2.2
@Suite struct EncryptionDemandTests {
    private let dns = DNSStub()
    private static let good = "3 1 1 07*32"

    private func demand(_ hop: NextHop, usesDANE: Bool = true) async -> String {
        let finder = RouteFinder(dns: dns, usesDANE: usesDANE, ownNames: { [] }, isOwn: { _, _ in false })
        do throws(RouteFailure) {
            switch try await finder.reach(try await finder.hosts(hop)[0]).demand {
            case .opportunistic: return "opportunistic"
            case .encrypted: return "encrypted"
            case .proved(let proof):
                let records = proof.records.map { "\($0.usage)\($0.selector)\($0.matching)" }
                return (["proved", proof.base] + proof.otherNames + records).joined(separator: " ")
            }
        } catch {
            return "\(error.status) \(error.words)"
        }
    }

    private func exchangers(_ domain: String = "x.test") async throws -> String { await demand(.exchangers(try #require(Domain(domain)))) }

    /// Each link must be signed: from the domain to its host, from the host to its addresses, and the records.
    @Test(arguments: [
        (DNSSecurity.secure, DNSSecurity.secure, DNSSecurity.secure, "proved mx.x.test x.test 311"),
        (.insecure, .secure, .secure, "opportunistic"), (.secure, .insecure, .secure, "opportunistic"),
        (.secure, .secure, .insecure, "opportunistic"),
    ])
    func everyLinkIsSigned(mx: DNSSecurity, address: DNSSecurity, records: DNSSecurity, wanted: String) async throws {
        dns.setExchangers("x.test", ["10 mx.x.test"], mx)
        dns.setAddresses("mx.x.test", ["192.0.2.1", "2001:db8::1"], address)
        dns.setCertificates("mx.x.test", [Self.good], records)
        #expect(try await exchangers() == wanted)
        // Name servers of unsigned zones are not even asked: some never answer. RFC 7672 §2.2.2
        #expect(dns.questions.contains("_25._tcp.mx.x.test tlsa") == (mx == .secure && address == .secure))
    }

    @Test(arguments: [
        (["3 1 1 07*32"], "proved mx.x.test x.test 311"), (["2 0 2 07*64"], "proved mx.x.test x.test 202"),
        (["3 1 1 07*32", "2 1 1 08*32"], "proved mx.x.test x.test 311 211"),
        // Usages of public authorities, unknown numbers, digests of the wrong length.
        (["1 1 1 07*32"], "encrypted"), (["0 0 1 07*32"], "encrypted"), (["3 7 1 07*32"], "encrypted"), (["3 1 9 07*32"], "encrypted"),
        (["3 1 1 07*31"], "encrypted"), (["3 0 0 07*40"], "encrypted"), (["255 1 1 07*32"], "encrypted"), (["3 1 1 07*0"], "encrypted"),
        (["1 1 1 07*32", "3 1 1 07*31", "3 1 2 09*64"], "proved mx.x.test x.test 312"),
    ])
    func whatCanBeUsed(records: [String], wanted: String) async throws {
        dns.setExchangers("x.test", ["10 mx.x.test"], .secure)
        dns.setAddresses("mx.x.test", ["192.0.2.1"], .secure)
        dns.setCertificates("mx.x.test", records)
        #expect(try await exchangers() == wanted)
    }

    @Test(arguments: [
        (DNSAnswer<[UInt8]>(.noData, .secure), "opportunistic"), (DNSAnswer(.noSuchName, .secure), "opportunistic"),
        (DNSAnswer(.failed(.unusableName)), "opportunistic"),
        (DNSAnswer(.failed(.serverFailure)), "4.4.3 The TLSA records of mx.x.test could not be looked up: the name server failed"),
        (DNSAnswer(.failed(.timeout)), "4.4.3 The TLSA records of mx.x.test could not be looked up: no name server answered in time"),
        (
            DNSAnswer(.failed(.bogus("no DS"))),
            "4.4.3 The TLSA records of mx.x.test could not be looked up: the answer is forged or wrongly signed (no DS)"
        ),
    ])
    func withoutRecords(answer: DNSAnswer<[UInt8]>, wanted: String) async throws {
        dns.setExchangers("x.test", ["10 mx.x.test"], .secure)
        dns.setAddresses("mx.x.test", ["192.0.2.1"], .secure)
        dns.set("_25._tcp.mx.x.test", .tlsa, answer)
        #expect(try await exchangers() == wanted)
    }

    /// The host's name is an alias: what stands below the name that it leads to comes first, then its own. RFC 7672 §2.2.2
    @Test func aliases() async throws {
        dns.setExchangers("x.test", ["10 mx.x.test"], .secure)
        dns.setAddresses("mx.x.test", ["192.0.2.1"], .secure, canonicalName: "real.y.test")
        dns.setCertificates("mx.x.test", ["3 1 1 01*32"])
        #expect(try await exchangers() == "proved mx.x.test x.test 311")
        dns.setCertificates("real.y.test", ["2 1 1 02*32"])
        #expect(try await exchangers() == "proved real.y.test x.test mx.x.test 211")
        dns.set("_25._tcp.real.y.test", .tlsa, DNSAnswer(.failed(.serverFailure)))
        #expect(try await exchangers().hasPrefix("4.4.3 The TLSA records of real.y.test"))
        // A signed alias into a zone that is not: only its own name can have records.
        dns.setAddresses("mx.x.test", ["192.0.2.1"], .insecure, canonicalName: "real.y.test")
        #expect(try await exchangers() == "opportunistic")
        dns.set("mx.x.test", .cname, DNSAnswer(.records([[0]]), .secure))
        #expect(try await exchangers() == "proved mx.x.test x.test 311")
        dns.set("mx.x.test", .cname, DNSAnswer(.records([[0]]), .insecure))
        #expect(try await exchangers() == "opportunistic")
    }

    /// The domain is an alias, its own exchanger, or has letters beyond ASCII.
    @Test func domains() async throws {
        dns.setExchangers("x.test", ["10 mx.y.test"], .secure, canonicalName: "y.test")
        dns.setAddresses("mx.y.test", ["192.0.2.1"], .secure)
        dns.setCertificates("mx.y.test", ["2 1 1 02*32"])
        #expect(try await exchangers() == "proved mx.y.test x.test y.test 211")
        dns.set("own.test", .mx, DNSAnswer(.noData, .secure))
        dns.setAddresses("own.test", ["192.0.2.1"], .secure)
        dns.setCertificates("own.test", [Self.good])
        #expect(try await exchangers("own.test") == "proved own.test 311")
        dns.set("bücher.test", .mx, DNSAnswer(.noData, .secure))
        dns.setAddresses("bücher.test", ["192.0.2.1"], .secure)
        dns.setCertificates("xn--bcher-kva.test", [Self.good])
        #expect(try await exchangers("bücher.test") == "proved xn--bcher-kva.test 311")
    }

    /// Who is named by an operator needs no MX, and its own port counts; an address has no records.
    @Test func hostsByName() async throws {
        dns.setAddresses("relay.test", ["192.0.2.1"], .secure)
        dns.setCertificates("relay.test", port: 587, [Self.good])
        #expect(await demand(.relay("relay.test", port: 587)) == "proved relay.test 311")
        #expect(await demand(.host("relay.test", port: 587)) == "proved relay.test 311")
        #expect(await demand(.host("relay.test", port: 25)) == "opportunistic")
        #expect(await demand(.host("192.0.2.1", port: 587)) == "opportunistic")
        #expect(await demand(.host("relay.test", port: 587), usesDANE: false) == "opportunistic")
    }
}

/// What becomes of mail to a host that publishes records.
@Suite(.serialized) struct DANEDeliveryTests {
    @Test(
        arguments: [
            ([], "3 1 1 07*32", nil, "4.7.4 The server does not offer STARTTLS; the destination publishes TLSA."),
            ([], "1 1 1 07*32", nil, "4.7.4 The server does not offer STARTTLS; the destination publishes TLSA."),
            (
                ["STARTTLS"], "3 1 1 07*32", "454 4.7.0 not now\r\n",
                "4.7.4 The server refused STARTTLS with \"454 4.7.0 not now\"; the destination publishes TLSA."
            ),
            (["STARTTLS"], nil, "454 4.7.0 not now\r\n", nil), ([], nil, nil, nil),
        ] as [([String], String?, String?, String?)])
    func mailWaitsRatherThanGoingInTheClear(offers: [String], record: String?, answer: String?, left: String?) async throws {
        let remote = try await RemoteServer(offers: offers) { event, _ in event == "STARTTLS" ? answer.map { .say($0) } : nil }
        let house = try await House()
        house.dns.setAddresses("mx.test", ["127.0.0.1"], .secure)
        if let record { house.dns.setCertificates("mx.test", port: remote.peer.port, [record]) }
        try await house.route("remote.test", to: "mx.test", port: remote.peer.port)
        try await house.send(to: ["bob@remote.test"])
        #expect(try await house.queue == (left.map { ["bob@remote.test deferred 1 \($0)"] } ?? []))
        #expect(remote.received.count == (left == nil ? 1 : 0))
        await house.close()
        await remote.stop()
    }

    /// Whose records cannot be known is not spoken to at all.
    @Test func aHostWithoutAnAnswerIsPassedOver() async throws {
        let house = try await House()
        house.dns.setAddresses("mx.test", ["127.0.0.1"], .secure)
        house.dns.set("_2525._tcp.mx.test", .tlsa, DNSAnswer(.failed(.bogus("no signature"))))
        try await house.route("remote.test", to: "mx.test", port: 2525)
        try await house.send(to: ["bob@remote.test"])
        #expect(
            try await house.queue == [
                "bob@remote.test deferred 1 4.4.3 The TLSA records of mx.test could not be looked up: the answer is forged or wrongly signed "
                    + "(no signature)"
            ])
        await house.close()
    }
}
