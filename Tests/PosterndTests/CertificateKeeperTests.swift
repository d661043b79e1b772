import Certificates
import Foundation
import StateStore
import Synchronization
import Testing

@testable import posternd

struct CertificateKeeperTests {
    @Test func theFirstStartMakesOne() async throws {
        let world = try CertificateWorld()
        let first = try await world.keeper()
        #expect(first.inForce["default"]?.hostNames == ["gw.example.org"])
        #expect(first.inForce["default"]?.pairs.count == 2)
        #expect(first.warnings == [])
        #expect(world.said() == ["notice certificate-changed: The certificate default is made for gw.example.org, signed by itself."])
        #expect(world.state.certificates["default"]?.source == .selfSigned)

        let second = try await world.keeper(hostName: "other.example.org")
        #expect(second.inForce == first.inForce)
        #expect(world.said() == [])
    }

    @Test func aNameThatIsNoHostName() async throws {
        let world = try CertificateWorld()
        #expect(try await world.keeper(hostName: "gate way").inForce["default"]?.hostNames == ["localhost"])
    }

    @Test func aRenewalIsTaken() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        let heard = Mutex<[[String]]>([])
        keeper.onChange { inForce in heard.withLock { $0.append(inForce["x"]?.hostNames ?? []) } }
        keeper.look()
        keeper.look(rereads: true)
        #expect(heard.withLock { $0 } == [])
        try world.write(try CertificateWorld.pair("two.example"))
        keeper.look()
        keeper.look()
        #expect(keeper.inForce["x"]?.hostNames == ["two.example"])
        #expect(heard.withLock { $0 } == [["two.example"]])
        #expect(
            world.said() == [
                "notice certificate-changed: The certificate x is in force for two.example, with ECDSA P-256, until 2027-04-15."
            ])
    }

    /// Neither the moment between two files nor half a file is a reason to stop or to cry.
    @Test func whatIsBeingWrittenIsWaitedFor() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        let next = try CertificateWorld.pair("two.example")
        try world.write(Array(next.chain.prefix(200)), to: world.chain)
        keeper.look()
        try world.write(next.chain, to: world.chain)
        keeper.look()
        #expect(keeper.inForce["x"]?.hostNames == ["one.example"])
        #expect(world.said() == [])
        try world.write(next.key, to: world.key)
        keeper.look()
        #expect(keeper.inForce["x"]?.hostNames == ["two.example"])
        #expect(keeper.warnings == [])
        #expect(world.said().count == 1)
    }

    @Test func whatStaysWrongIsSaidOnce() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        try world.write(try CertificateWorld.pair("two.example").chain, to: world.chain)
        for _ in 0..<4 { keeper.look() }
        keeper.look(rereads: true)
        keeper.look()
        let sentence =
            "The certificate x is not taken, the one before stays in force: DIR/chain.pem: The key does not belong to the certificate "
            + "CN=two.example; give the key that it was made for."
        #expect(world.said() == ["error certificate-refused: " + sentence])
        #expect(keeper.warnings.map { $0.replacing(world.folder, with: "DIR") } == [sentence])

        unlink(world.chain)
        for _ in 0..<3 { keeper.look() }
        #expect(
            world.said() == [
                "error certificate-refused: The certificate x is not taken, the one before stays in force: DIR/chain.pem cannot be read: "
                    + "No such file or directory."
            ])
        #expect(keeper.inForce["x"]?.hostNames == ["one.example"])
    }

    @Test func aRenewalThatHasExpiredIsNone() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        try world.write(try CertificateWorld.pair("two.example", days: 1, at: world.now - 10 * CertificateWorld.day))
        keeper.look()
        keeper.look()
        #expect(keeper.inForce["x"]?.hostNames == ["one.example"])
        #expect(world.said().map { $0.contains("has expired on 2027-01-06; have it renewed.") } == [true])
        // At a start it is all there is: better than none.
        let next = try await world.keeper()
        #expect(next.inForce["x"]?.hostNames == ["two.example"])
        #expect(next.warnings == ["The certificate x has expired on 2027-01-06, and mail programs refuse it; renew it."])
    }

    @Test func aRenewalForLaterIsTakenThen() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        try world.write(try CertificateWorld.pair("two.example", at: world.now + 3 * CertificateWorld.day))
        for _ in 0..<4 { keeper.look() }
        #expect(keeper.inForce["x"]?.hostNames == ["one.example"])
        #expect(world.said().map { $0.hasSuffix("is valid only from 2027-01-17 on; is this machine's clock right?") } == [true])
        world.now += 3 * CertificateWorld.day
        keeper.look()
        #expect(keeper.inForce["x"]?.hostNames == ["two.example"])
    }

    @Test func whatCannotBeReadAtTheStart() async throws {
        let world = try CertificateWorld()
        try await world.state.putCertificate("x", .linked, [.init(chain: world.chain, key: world.key)])
        let keeper = try await world.keeper()
        let sentence = "The certificate x is not taken: DIR/key.pem cannot be read: No such file or directory."
        #expect(world.said().last == "error certificate-refused: " + sentence)
        #expect(keeper.warnings.map { $0.replacing(world.folder, with: "DIR") } == [sentence])
        #expect(keeper.inForce.keys.sorted() == ["default"])
        #expect(keeper.held.map(\.name) == ["default", "x"])
        try world.write(try CertificateWorld.pair("one.example"))
        keeper.look()
        #expect(keeper.inForce.keys.sorted() == ["default", "x"])
    }

    @Test func aKeyThatEverybodyCanRead() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        chmod(world.key, 0o644)
        keeper.look()
        #expect(
            keeper.warnings == [
                "Everybody on this machine can read the private key \(world.key); take that away with \"chmod o= \(world.key)\"."
            ])
        chmod(world.key, 0o640)
        keeper.look()
        #expect(keeper.warnings == [])
        #expect(world.said() == [])
    }

    @Test func whatTheOperatorChanges() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.keeper()
        _ = world.said()
        let heard = Mutex<[[String]]>([])
        keeper.onChange { inForce in heard.withLock { $0.append(inForce.keys.sorted()) } }
        let pair = try CertificateWorld.pair("one.example")
        try await world.state.putCertificate("y", .imported, [.init(chain: pair.chain, key: pair.key)])
        await keeper.refresh()
        try await world.state.removeCertificate("y")
        await keeper.refresh()
        await keeper.refresh()
        #expect(heard.withLock { $0 } == [["default", "y"], ["default"]])
        #expect(
            world.said() == [
                "notice certificate-changed: The certificate y is in force for one.example, with ECDSA P-256, until 2027-04-15."
            ])
    }

    /// Looked at twice a day until it is renewed.
    @Test func theEndIsToldInTime() async throws {
        let world = try CertificateWorld()
        let keeper = try await world.following()
        for _ in 0..<185 {
            world.now += CertificateWorld.day / 2
            keeper.look()
        }
        let renew = "; renew it."
        #expect(
            world.said() == [
                "warning certificate-expires: The certificate x ends on 2027-04-15, in 30 days" + renew,
                "warning certificate-expires: The certificate x ends on 2027-04-15, in 14 days" + renew,
                "warning certificate-expires: The certificate x ends on 2027-04-15, in 7 days" + renew,
                "warning certificate-expires: The certificate x ends on 2027-04-15, in 1 day" + renew,
                "warning certificate-expires: The certificate x has expired on 2027-04-15, and mail programs refuse it" + renew,
                "warning certificate-expires: The certificate x has expired on 2027-04-15, and mail programs refuse it" + renew,
                "warning certificate-expires: The certificate x has expired on 2027-04-15, and mail programs refuse it" + renew,
            ])
        try world.write(try CertificateWorld.pair("one.example", at: world.now))
        keeper.look()
        #expect(world.said().count == 1)
        #expect(keeper.warnings == [])
    }
}
