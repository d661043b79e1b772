import Certificates
import Foundation
import StateStore
import Testing

@testable import posternd

/// Certificates that systemd hands over.
struct CredentialTests {
    @Test func theyAreFollowedUnderTheirNames() async throws {
        let world = try CertificateWorld()
        let folder = world.folder + "/credentials"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let one = try CertificateWorld.pair("one.example")
        try world.write(one.chain, to: folder + "/mail.chain")
        try world.write(one.key, to: folder + "/mail.key")
        try world.write([], to: folder + "/relay-password")
        try world.write(one.key, to: folder + "/BAD NAME.key")
        let keeper = try await world.keeper(credentials: folder)
        #expect(keeper.inForce["mail"]?.hostNames == ["one.example"])
        #expect(keeper.held.map(\.name) == ["default", "mail"])

        let two = try CertificateWorld.pair("two.example")
        try world.write(two.chain, to: folder + "/mail.chain")
        try world.write(two.key, to: folder + "/mail.key")
        keeper.look()
        #expect(keeper.inForce["mail"]?.hostNames == ["two.example"])
    }

    /// Whoever wrote the unit meant it so.
    @Test func theyComeBeforeWhatIsKept() async throws {
        let world = try CertificateWorld()
        let folder = world.folder + "/credentials"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let given = try CertificateWorld.pair("given.example")
        try world.write(given.chain, to: folder + "/default.chain")
        try world.write(given.key, to: folder + "/default.key")
        #expect(try await world.keeper(credentials: folder).inForce["default"]?.hostNames == ["given.example"])
        #expect(try await world.keeper().inForce["default"]?.hostNames == ["gw.example.org"])
    }

    @Test func halfOfOneIsSaid() async throws {
        let world = try CertificateWorld()
        let folder = world.folder + "/credentials"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try world.write(try CertificateWorld.pair("one.example").chain, to: folder + "/mail.chain")
        let keeper = try await world.keeper(credentials: folder)
        #expect(keeper.inForce["mail"] == nil)
        #expect(world.said().contains { $0.hasPrefix("error certificate-refused: The certificate mail is not taken: ") })
    }
}
