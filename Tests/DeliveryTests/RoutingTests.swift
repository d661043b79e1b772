import MailCore
import MailTesting
import Resolver
import Testing

@testable import Delivery

/// RFC 5321 §5.1 and RFC 7505, answer by answer.
@Suite struct RoutingTests {
    private let dns = DNSStub()

    private func finder(own: Set<String> = ["mail.postern.test"]) -> RouteFinder {
        RouteFinder(dns: dns, ownNames: { own }, isOwn: { address, port in address.isLoopback && port == 25 })
    }

    private func hosts(_ hop: NextHop) async -> String {
        do throws(RouteFailure) {
            return try await finder().hosts(hop).map { "\($0.name):\($0.port)" }.joined(separator: " ")
        } catch {
            return "\(error.status) \(error.words)"
        }
    }

    @Test(arguments: [
        (["20 b.test", "10 a.test"], "a.test:25 b.test:25"), (["0 ."], "5.1.10 The domain x.test takes no mail."),
        (["10 a.test", "0 ."], "a.test:25"), (["10 a.test", "10 a.test"], "a.test:25"),
        (["10 a.test", "20 mail.postern.test", "20 c.test", "30 d.test"], "a.test:25"),
        (
            ["10 MAIL.postern.test", "20 b.test"],
            "5.4.6 This server is the best mail exchanger of x.test, but does not know the domain."
        ),
    ])
    func exchangers(records: [String], wanted: String) async throws {
        dns.setExchangers("x.test", records)
        #expect(await hosts(.exchangers(try #require(Domain("x.test")))) == wanted)
    }

    @Test(arguments: [
        (DNSAnswer<[UInt8]>(.noData), "x.test:25"), (DNSAnswer(.noSuchName), "5.1.2 There is no domain x.test."),
        (DNSAnswer(.failed(.serverFailure)), "4.4.3 The mail exchanger of x.test could not be looked up: the name server failed"),
        (DNSAnswer(.failed(.timeout)), "4.4.3 The mail exchanger of x.test could not be looked up: no name server answered in time"),
        (
            DNSAnswer(.failed(.bogus("no signature"))),
            "4.4.3 The mail exchanger of x.test could not be looked up: the answer is forged or wrongly signed (no signature)"
        ),
    ])
    func withoutExchangers(answer: DNSAnswer<[UInt8]>, wanted: String) async throws {
        dns.set("x.test", .mx, answer)
        #expect(await hosts(.exchangers(try #require(Domain("x.test")))) == wanted)
    }

    /// Equal preferences share the load: each host comes first now and then, and never before a better one.
    @Test func equalOnesAreShuffled() async throws {
        dns.setExchangers("x.test", ["10 a.test", "10 b.test", "10 c.test", "5 first.test"])
        var seen: Set<String> = []
        for _ in 0..<200 {
            let order = await hosts(.exchangers(try #require(Domain("x.test"))))
            #expect(order.hasPrefix("first.test:25 "))
            seen.insert(order)
        }
        #expect(seen.count == 6)
    }

    private func addresses(_ name: String, port: Int = 25) async -> String {
        do throws(RouteFailure) {
            let host = try await finder().hosts(.host(name, port: port))[0]
            return try await finder().reach(host).addresses.map(\.description).joined(separator: " ")
        } catch {
            return "\(error.status) \(error.words)"
        }
    }

    @Test func addressesByTurns() async {
        dns.setAddresses("both.test", ["192.0.2.1", "192.0.2.2", "2001:db8::1"])
        dns.setAddresses("four.test", ["192.0.2.1"])
        dns.setAddresses("own.test", ["127.0.0.1"])
        dns.set("broken.test", .a, DNSAnswer(.failed(.timeout)))
        #expect(await addresses("both.test") == "2001:db8::1 192.0.2.1 192.0.2.2")
        #expect(await addresses("four.test") == "192.0.2.1")
        #expect(await addresses("nowhere.test") == "5.4.4 The host nowhere.test has no address.")
        #expect(await addresses("broken.test") == "4.4.3 The host broken.test could not be looked up: no name server answered in time")
        #expect(await addresses("own.test") == "5.4.6 The host own.test is this server.")
        #expect(await addresses("own.test", port: 2525) == "127.0.0.1")
        #expect(await addresses("192.0.2.7") == "192.0.2.7")
        #expect(await addresses("[ipv6:2001:db8::7]") == "2001:db8::7")
    }

    @Test(arguments: [
        ("mx.far.test", "192.0.2.1", "mx.far.test [192.0.2.1]"), ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1", "[192.0.2.1]"), ("[ipv6:2001:db8::1]", "2001:db8::1", "[ipv6:2001:db8::1]"),
        ("2001:DB8:0::1", "2001:db8::1", "2001:DB8:0::1"),
    ])
    func anAddressIsNamedOnce(name: String, address: String, remote: String) throws {
        #expect(LaneWorker.remote(name, at: try #require(IPAddress(address))) == remote)
    }

    @Test func literalsNeedNoLookUp() async throws {
        #expect(await hosts(.exchangers(try #require(Domain("[192.0.2.9]")))) == "[192.0.2.9]:25")
        #expect(dns.questions.isEmpty)
    }

    @Test func whichWay() throws {
        let a = try #require(Domain("a.test"))
        let b = try #require(Domain("b.test"))
        let c = try #require(Domain("c.test"))
        let routes: [(domain: Domain, target: RouteTable.Target?)] = [(a, ("smart.test", 2525)), (b, nil)]
        let relayed = RouteTable(routes: routes, relay: ("relay.test", 587))
        #expect(relayed.nextHop(a) == .host("smart.test", port: 2525))
        #expect(relayed.nextHop(b) == .exchangers(b))
        #expect(relayed.nextHop(c) == .relay("relay.test", port: 587))
        #expect(RouteTable(routes: routes, relay: nil).nextHop(c) == .exchangers(c))
    }
}
