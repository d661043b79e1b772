import Synchronization
import Testing

@testable import Resolver

/// When validation counts, without a name server.
@Suite struct ProbedDNSTests {
    private static let forged = DNSAnswer<[UInt8]>(.failed(.bogus("no signatures")))
    private static let secure = DNSAnswer<[UInt8]>(.records([[1]]), .secure)
    private static let plain = DNSAnswer<[UInt8]>(.records([[2]]))

    /// Always the same answer.
    private struct Fixed: DNS {
        let answer: @Sendable () -> DNSAnswer<[UInt8]>
        func records(_ name: String, _ type: RecordType) async -> DNSAnswer<[UInt8]> { answer() }
    }

    /// What the name servers do, and what was seen of it.
    private final class World: Sendable {
        struct State {
            var trouble: String?
            var validated = secure
            var probes = 0
            var told: [ProbedDNS.Standing] = []
            var now = ContinuousClock.now
        }
        let state = Mutex(State())
        func with<T>(_ body: (inout sending State) -> sending T) -> sending T { state.withLock(body) }

        func resolver() -> ProbedDNS {
            ProbedDNS(
                validating: Fixed { self.with { $0.validated } }, plain: Fixed { plain }, now: { self.with { $0.now } },
                probe: {
                    self.with { state in
                        state.probes += 1
                        return state.trouble
                    }
                }, changed: { standing in self.with { $0.told.append(standing) } })
        }
    }

    @Test func theFirstQuestionWaitsForTheProbe() async {
        let world = World()
        let dns = world.resolver()
        #expect(dns.standing == .unknown)
        #expect(await dns.records("a.test", .a) == Self.secure)
        #expect(await dns.records("b.test", .a) == Self.secure)
        #expect(dns.standing == .proved && world.with { $0.probes } == 1 && world.with { $0.told } == [.proved])
    }

    @Test func whereSignaturesAreHeldBackNothingIsForged() async {
        let world = World()
        world.with { $0.trouble = "they are stripped" }
        world.with { $0.validated = Self.forged }
        let dns = world.resolver()
        #expect(await dns.records("a.test", .a) == Self.plain)
        #expect(await dns.records("b.test", .a) == Self.plain)
        #expect(world.with { $0.probes } == 1 && world.with { $0.told } == [.doubted(because: "they are stripped")])
    }

    /// A forged answer stays forged while others can be validated.
    @Test func aForgedAnswerIsAReasonToLookAgain() async {
        let world = World()
        let dns = world.resolver()
        _ = await dns.records("a.test", .a)
        world.with { $0.validated = Self.forged }
        #expect(await dns.records("b.test", .a) == Self.forged && world.with { $0.probes } == 1, "it was tried a moment ago")
        world.with { $0.now += ProbedDNS.pause }
        #expect(await dns.records("b.test", .a) == Self.forged && world.with { $0.probes } == 2)
        world.with { $0.now += ProbedDNS.pause }
        world.with { $0.trouble = "they are stripped now" }
        #expect(await dns.records("b.test", .a) == Self.plain)
        #expect(world.with { $0.told } == [.proved, .doubted(because: "they are stripped now")])
    }

    @Test func whatIsDoubtedIsTriedAgain() async {
        let world = World()
        world.with { $0.trouble = "no answer" }
        let dns = world.resolver()
        #expect(await dns.records("a.test", .a) == Self.plain)
        world.with { $0.trouble = nil }
        world.with { $0.now += ProbedDNS.firstInterval }
        let running = Task { await dns.run() }
        while dns.standing != .proved { await Task.yield() }
        running.cancel()
        await running.value
        #expect(await dns.records("a.test", .a) == Self.secure)
        #expect(world.with { $0.told } == [.doubted(because: "no answer"), .proved])
    }

    /// Whoever gives up is not kept by a probe that takes its time.
    @Test func aQuestionCanBeGivenUp() async {
        let dns = ProbedDNS(
            validating: Fixed { Self.secure }, plain: Fixed { Self.plain },
            probe: {
                try? await Task.sleep(for: .seconds(3600))
                return nil
            }, changed: { _ in })
        let asking = Task { await dns.records("a.test", .a) }
        asking.cancel()
        #expect(await asking.value.failure == .timeout && dns.standing == .unknown)
    }

    @Test(
        arguments: [
            ([], nil, ["."]),
            (
                ["a.test. IN DS 1 8 2 AB", "a.test. DS 2 8 2 CD", "B.test. 60 IN DNSKEY 257 3 8 AB", "; c. DS"], nil,
                ["a.test.", "b.test."]
            ),
            ([], "/nonexistent", []),
        ] as [([String], String?, [String])])
    func zonesOfTheAnchors(anchors: [String], file: String?, zones: [String]) {
        #expect(Unbound.Configuration(anchors: anchors, anchorFile: file).anchoredZones == zones)
    }

    /// Name servers that know nothing of signatures, those that are dead, and an anchor that is none.
    @Test func whatTheProbeFinds() async {
        let server = NameServer(["signed.lab 48": .records([(48, [1, 1, 3, 8, 1])]), "silent.lab 48": .silence])
        defer { server.stop() }
        let digest = "1 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
        func trouble(_ zone: String) async -> String? {
            let servers = ["127.0.0.1@\(server.port)"]
            return await Unbound.trouble(
                with: Unbound.Configuration(servers: servers, anchors: ["\(zone) IN DS \(digest)"], timeout: .seconds(2)))
        }
        let unsigned = await trouble("signed.lab.")
        #expect(unsigned?.contains("the keys of signed.lab. could not be proved: the answer is forged or wrongly signed") == true)
        #expect(await trouble("silent.lab.")?.contains("no name server answered in time") == true)
        #expect(await Unbound.trouble(with: Unbound.Configuration(servers: ["nonsense"]))?.contains("nonsense") == true)
    }
}
