import Foundation
import Testing

@testable import Certificates

@Suite struct LinkedFileTests {
    static func refusal(_ path: String) -> String? {
        do throws(CertificateRefusal.Problem) {
            _ = try LinkedFile(path)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func isReadAndKnownAgain() throws {
        let shop = try Workshop()
        let path = shop.folder + "/x"
        try shop.write([1, 2, 3], to: "x")
        chmod(path, 0o640)
        let mark = try #require(LinkedFile.mark(of: path))
        let file = try LinkedFile(path)
        #expect(file.bytes == [1, 2, 3])
        #expect(!file.isOpenToAll)
        #expect(LinkedFile.mark(of: path) == mark)
        // Replaced by one of the same size, as renewals do it.
        try shop.write([4, 5, 6], to: "y")
        rename(shop.folder + "/y", path)
        #expect(LinkedFile.mark(of: path) != mark)
        chmod(path, 0o644)
        #expect(try LinkedFile(path).isOpenToAll)
        unlink(path)
        #expect(LinkedFile.mark(of: path) == nil)
    }

    @Test func whatIsNoFile() throws {
        let shop = try Workshop()
        let path = shop.folder + "/x"
        #expect(Self.refusal(path) == "\(path) cannot be read: No such file or directory.")
        #expect(Self.refusal(shop.folder) == "\(shop.folder) is no file; give the path of a PEM file.")
        #expect(Self.refusal("/dev/zero") == "/dev/zero is no file; give the path of a PEM file.")
        #expect(Self.refusal("x.pem") == "\"x.pem\" is no path from the root on; write it like /etc/ssl/certs/mail.pem.")
        #expect(Self.refusal(path + "\0y")?.hasSuffix("is no path from the root on; write it like /etc/ssl/certs/mail.pem.") == true)
        mkfifo(path, 0o600)
        #expect(Self.refusal(path) == "\(path) is no file; give the path of a PEM file.")
        try shop.write([UInt8](repeating: 65, count: 1 << 20), to: "y")
        #expect(Self.refusal(shop.folder + "/y") == "\(shop.folder)/y has more than 128 KiB; give the path of a PEM file.")
    }
}
