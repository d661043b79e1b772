import Testing

@testable import Delivery

@Suite struct ScramClientTests {
    private static let serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

    /// The exchange of RFC 7677 §3.
    @Test func theStandardsExample() throws {
        var client = ScramClient(user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(String(decoding: client.first, as: UTF8.self) == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        let answer = client.final(Array(Self.serverFirst.utf8))
        let final = try #require(answer)
        #expect(
            String(decoding: final, as: UTF8.self)
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(client.accepts(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)))
        #expect(!client.accepts(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl96G4=".utf8)))
        #expect(!client.accepts(Array("e=other-error".utf8)))
    }

    @Test(arguments: [
        "", "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999", "r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096",
        "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=40 96",
    ])
    func otherThings(serverFirst: String) {
        var client = ScramClient(user: "user", password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO")
        #expect(client.final(Array(serverFirst.utf8)) == nil)
        #expect(!client.accepts(Array("v=".utf8)))
    }

    @Test func namesAreEscaped() {
        let client = ScramClient(user: "a,b=c", password: "x", nonce: "n")
        #expect(String(decoding: client.first, as: UTF8.self) == "n,,n=a=2Cb=3Dc,r=n")
    }
}
