import Glibc
import MailCore
import Testing

@testable import Connections

extension WithSockets {
    /// Who is one too many hears one line; nobody else notices.
    struct LimitTests {
        @Test func oneTooMany() async throws {
            try await withServer(most: 2, serve: echo()) { server, hub, service in
                let first = try TestPeer(server)
                let second = try TestPeer(server)
                #expect(first.hear(asLongAs: "hello\r\n") == "hello\r\n")
                #expect(second.hear(asLongAs: "hello\r\n") == "hello\r\n")
                let third = try TestPeer(server)
                #expect(third.allText == "421 too many connections\r\n")
                #expect(hub.counts == ["test": 2])
                first.say("QUIT\r\n")
                #expect(first.allText == "bye\r\n")
                #expect(await eventually { service.count == 1 })
                let next = try TestPeer(server)
                #expect(next.hear(asLongAs: "hello\r\n") == "hello\r\n")
            }
        }

        /// IPv4 addresses count singly, IPv6 ones by /64, loopback not at all.
        @Test(arguments: [
            (["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"], [true, true, false, true]),
            (["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1"], [true, true, false, true]),
            (["::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.3"], [true, true, false, true]),
            (["127.0.0.1", "127.0.0.1", "127.0.0.1", "127.9.9.9"], [true, true, true, true]),
            (["::1", "::1", "::1", "::1"], [true, true, true, true]),
        ])
        func perAddress(addresses: [String], admitted: [Bool]) throws {
            let service = Service(
                name: "test", limits: ServiceLimits(maxConnections: { 100 }, maxConnectionsPerAddress: { 2 }, refusal: { $0.rawValue }),
                serve: { _ in })
            let parsed = try addresses.map { try #require(IPAddress($0)) }
            let outcome = parsed.map { service.admit($0) == nil }
            #expect(outcome == admitted)
            #expect(service.count == admitted.count { $0 })
            for (address, wasAdmitted) in zip(parsed, admitted) where wasAdmitted { service.release(address) }
            #expect(service.count == 0)
            #expect(service.admit(parsed[0]) == nil)
        }

        /// One socket takes both protocols; it and a single address exclude each other; the refusal is a sentence.
        @Test func listening() async throws {
            try await withServer(serve: echo()) { server, hub, service in
                let all = try #require(try await hub.listen(service, on: [.all(port: 0)]).first)
                for text in all.address.isIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"] {
                    let address = try #require(IPAddress(text))
                    let peer = try TestPeer(Peer(address: address, port: all.port))
                    peer.say("QUIT\r\n")
                    #expect(peer.allText == "hello\r\nbye\r\n")
                }
                let taken = ListenAddress.address(server.address, port: server.port)
                do {
                    try await hub.listen(service, on: [.all(port: 0), taken])
                    Issue.record("the port is taken")
                } catch {
                    #expect("\(error)" == "test cannot listen on \(server): another program uses this port.")
                }
                // One that the machine may get later is no mistake.
                let foreign = try #require(IPAddress("192.0.2.77"))
                #expect(try await hub.listen(service, on: [.address(foreign, port: 0)]).map(\.address) == [foreign])
            }
        }

        /// A closed port is free again at once; its sessions go on.
        @Test func stopListening() async throws {
            try await withServer(serve: echo()) { server, hub, service in
                let address = try #require(IPAddress("127.0.0.1"))
                let spare = try #require(try await hub.listen(service, on: [.address(address, port: 0)]).first)
                await hub.stopListening(service, on: [.address(address, port: 0)])
                #expect((try? TestPeer(spare)) == nil)
                #expect((try? TestPeer(server)) == nil)
                let again = ListenAddress.address(address, port: spare.port)
                #expect(try await hub.listen(service, on: [again]) == [spare])
                let peer = try TestPeer(spare)
                #expect(peer.hear(asLongAs: "hello\r\n") == "hello\r\n")
                await hub.stopListening(service, on: [again])
                peer.say("QUIT\r\n")
                #expect(peer.allText == "bye\r\n")
            }
        }

        @Test func adoptedSocket() async throws {
            try await withServer(serve: echo()) { server, hub, service in
                let descriptor = try ListenSocket.open(.address(server.address, port: 0), for: "test")
                let bound = try await hub.adopt(service, descriptor: descriptor)
                let peer = try TestPeer(bound)
                peer.say("QUIT\r\n")
                #expect(peer.allText == "hello\r\nbye\r\n")
            }
        }

        /// systemd has a copy of the socket, and always a moment longer than we.
        @Test func portIsClosedWhoeverHasTheSocket() async throws {
            try await withServer(serve: echo()) { server, hub, service in
                let address = ListenAddress.address(server.address, port: 0)
                let descriptor = try ListenSocket.open(address, for: "test")
                let copy = dup(descriptor)
                defer { close(copy) }
                let bound = try await hub.adopt(service, descriptor: descriptor, as: address)
                await hub.stopListening(service, on: [address])
                #expect((try? TestPeer(bound)) == nil)
                let again = try await hub.listen(service, on: [.all(port: bound.port)])
                #expect(again.map(\.port) == [bound.port])
                #expect(try TestPeer(bound).hear(asLongAs: "hello\r\n") == "hello\r\n")
            }
        }

        @Test func exclusion() throws {
            let address = try #require(IPAddress("127.0.0.1"))
            let one = ListenAddress.address(address, port: 25)
            #expect(ListenAddress.all(port: 25).excludes(one))
            #expect(one.excludes(.all(port: 25)))
            #expect(!one.excludes(.all(port: 26)))
            #expect(!one.excludes(one))
        }

        /// Out of descriptors: waiting peers are told so and sent away, and when there are some again, new ones are served.
        @Test func descriptorsRunOut() async {
            await #expect(processExitsWith: .success) {
                try await withServer(serve: echo()) { server, _, _ in
                    let crowd = (0..<100).map { _ in TestPeer.socket(of: server) }
                    var limit = rlimit()
                    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                    limit.rlim_cur = 400
                    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                    var fillers: [Int32] = []
                    while let filler = Optional(dup(2)), filler >= 0 { fillers.append(filler) }
                    let told = try crowd.map { try TestPeer(server, descriptor: $0) }.map(\.allText)
                    guard told.allSatisfy({ $0 == "421 out of file descriptors\r\n" }) else { exit(2) }
                    for filler in fillers { close(filler) }
                    // The last refusal may still be going on.
                    let isServed = await eventually {
                        guard let peer = try? TestPeer(server) else { return false }
                        peer.say("QUIT\r\n")
                        return peer.allText == "hello\r\nbye\r\n"
                    }
                    guard isServed else { exit(3) }
                }
            }
        }
    }
}
