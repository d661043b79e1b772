import MailCore
import SASL
import Testing

/// The exchange of RFC 7677 §3, and what is changed of it by a test.
private struct Dialogue {
    static let clientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    static let clientFinal =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    static let nonce = Array("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".utf8)
    static let bindings = ChannelBindings(endPoint: Array("certificate".utf8), exporter: Array("exported".utf8))

    var exchange: Exchange

    init(_ mechanism: Mechanism = .scramSHA256, bindings: ChannelBindings? = nil) {
        exchange = Exchange(mechanism, bindings: bindings, nonce: Self.nonce)
    }

    mutating func say(_ text: String) throws(ExchangeFailure) -> Exchange.Step { try exchange.answer(Base64.encode(text.utf8)) }

    mutating func found() -> Exchange.Step {
        exchange.found(ScramParameters(salt: Base64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)) ?? [], iterations: 4096))
    }

    /// Up to the last message; what came of that.
    mutating func outcome(first: String, final: String) -> Outcome {
        do throws(ExchangeFailure) {
            guard case .lookUp = try say(first) else { return .other }
            _ = found()
            return Outcome(try say(final))
        } catch {
            return Outcome(error)
        }
    }

    enum Outcome: Equatable {
        /// The proof is to be judged.
        case judged
        /// The client hears this before it fails.
        case told(String)
        case refused(ScramError)
        case malformed
        case other

        init(_ step: Exchange.Step) {
            switch step {
            case .judge: self = .judged
            case .challenge(let octets): self = .told(String(decoding: octets, as: UTF8.self))
            case .credentials, .lookUp, .finished: self = .other
            }
        }

        init(_ failure: ExchangeFailure) {
            switch failure {
            case .refused(let error): self = .refused(error)
            case .malformed: self = .malformed
            case .cancelled: self = .other
            }
        }
    }

    /// The last message for a binding, with the proof of nobody.
    static func final(binding: String, nonce: String = "abc") -> String {
        let proof = String(decoding: Base64.encode([UInt8](repeating: 7, count: 32)), as: UTF8.self)
        let binding = String(decoding: Base64.encode(binding.utf8), as: UTF8.self)
        return "c=\(binding),r=\(nonce)\(String(decoding: Self.nonce, as: UTF8.self)),p=\(proof)"
    }
}

@Suite struct ScramTests {
    /// RFC 7677 §3, word for word.
    @Test func speaksTheExampleOfTheStandard() throws {
        var dialogue = Dialogue()
        #expect(dialogue.exchange.start() == .challenge([]))
        #expect(try dialogue.say(Dialogue.clientFirst) == .lookUp("user"))
        let serverFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        #expect(dialogue.found() == .challenge(Array(serverFirst.utf8)))
        guard case .judge(let claim) = try dialogue.say(Dialogue.clientFinal) else { throw ExchangeFailure.cancelled }
        #expect(claim.authenticationIdentity == "user")
        #expect(claim.authorizationIdentity == "")
        let withoutProof = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        #expect(String(decoding: claim.message, as: UTF8.self) == "n=user,r=rOprNGfwEbeRWgbNEkqO,\(serverFirst),\(withoutProof)")
        #expect(Base64.encode(claim.proof) == Array("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".utf8))
        let signature = try #require(Base64.decode(Array("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)))
        let last = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        #expect(dialogue.exchange.proven(serverSignature: signature) == .challenge(Array(last.utf8)))
        #expect(try dialogue.say("") == .finished)
    }

    @Test func theEndIsAnEmptyAnswer() throws {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: Dialogue.clientFirst, final: Dialogue.clientFinal) == .judged)
        _ = dialogue.exchange.proven(serverSignature: [1])
        do throws(ExchangeFailure) {
            _ = try dialogue.say("more")
            Issue.record("took more than nothing")
        } catch {
            #expect(error == .malformed(SyntaxError(wanted: "an empty answer", offset: 0)))
        }
    }

    /// Whatever a client says to a denial, it has failed, and for that reason.
    @Test(arguments: ["", "*", "no base 64", "AAAA"])
    func aDenialStands(answer: String) {
        var dialogue = Dialogue()
        let final = Dialogue.clientFinal.replacing("c=biws", with: "c=eSws")
        #expect(dialogue.outcome(first: Dialogue.clientFirst, final: final) == .told("e=channel-bindings-dont-match"))
        do throws(ExchangeFailure) {
            _ = try dialogue.exchange.answer(Array(answer.utf8))
            Issue.record("went on after a denial")
        } catch {
            #expect(error == .refused(.channelBindingsDoNotMatch))
        }
    }

    @Test func noncesAreNew() {
        let nonces = (0..<100).map { _ in Exchange.newNonce() }
        #expect(Set(nonces).count == 100)
        #expect(nonces.allSatisfy { $0.count == 32 && !$0.contains(UInt8(ascii: ",")) })
    }
}

@Suite struct ScramFirstMessageTests {
    @Test(arguments: [
        ("n,,n=user,r=a", "user", ""), ("y,,n=user,r=a", "user", ""), ("n,a=boss,n=user,r=a", "user", "boss"),
        ("n,a=bo=2Css=3D,n=a=3Db=2Cc,r=a", "a=b,c", "bo,ss="), ("n,,n=jürgen@müller.example,r=a", "jürgen@müller.example", ""),
        ("n,,n=user,r=a,x=extension,Z=y", "user", ""), ("n,,n=user,r=!~+/=", "user", ""),
    ])
    func isRead(message: String, name: String, authorization: String) throws {
        var dialogue = Dialogue()
        #expect(try dialogue.say(message) == .lookUp(name))
        _ = dialogue.found()
        let header = String(message[..<(message.firstRange(of: ",n=")?.lowerBound ?? message.startIndex)]) + ","
        let nonce = message.contains("r=a") ? "a" : "!~+/="
        guard case .judge(let claim) = try dialogue.say(Dialogue.final(binding: header, nonce: nonce)) else {
            throw ExchangeFailure.cancelled
        }
        #expect(claim.authorizationIdentity == authorization)
    }

    @Test(arguments: [
        "", "n", "n,", "n,,", "n,,n=user", "n,,n=user,", "n,,n=user,r=", "n,,n=,r=a", "n,,r=a,n=user", ",,n=user,r=a", "x,,n=user,r=a",
        "N,,n=user,r=a", "F,n,,n=user,r=a", "p,,n=user,r=a", "p=,,n=user,r=a", "p=a b,,n=user,r=a", "n,boss,n=user,r=a", "n,a=,n=user,r=a",
        "n,,n=a=b,r=a", "n,,n=a=2c,r=a", "n,,n=a=3d,r=a", "n,,n=a=,r=a", "n,,n=a=2,r=a", "n,,n=a\0b,r=a", "n,,n=user,r=a b",
        "n,,n=user,r=ä",
        "n,,n=user,r=a,", "n,,n=user,r=a,x", "n,,n=user,r=a,x=", "n,,n=user,r=a,1=x", "n,,n=user,r=a,x=\0", "n, ,n=user,r=a",
        "n,,n=\(String(repeating: "n", count: 513)),r=a", "n,a=\(String(repeating: "n", count: 513)),n=user,r=a",
        "n,,n=user,r=\(String(repeating: "r", count: 513))", "p=\(String(repeating: "p", count: 65)),,n=user,r=a",
    ])
    func isMalformed(message: String) {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: message, final: "") == .malformed)
    }

    /// RFC 5802 §5.1: an extension that must be understood, and is not.
    @Test(arguments: ["n,,m=x,n=user,r=a", "n,,m=,n=user,r=a", "n,,n=user,r=a,m=x", "n,,m"])
    func mandatoryExtensionsAreRefused(message: String) {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: message, final: "") == .refused(.extensionsNotSupported))
    }

    @Test func namesAreUTF8() {
        var dialogue = Dialogue()
        do throws(ExchangeFailure) {
            _ = try dialogue.exchange.answer(Base64.encode(Array("n,,n=".utf8) + [0xFF] + Array(",r=a".utf8)))
            Issue.record("took a name that is no text")
        } catch {
            #expect(error == .malformed(SyntaxError(wanted: "a name in UTF-8", offset: 5)))
        }
    }
}

@Suite struct ScramLastMessageTests {
    static let nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    static let proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

    @Test(arguments: ["c=biws,r=\(nonce),p=\(proof)", "c=biws,r=\(nonce),x=y,z=1,p=\(proof)"])
    func isRead(message: String) {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: Dialogue.clientFirst, final: message) == .judged)
    }

    @Test(arguments: [
        "", "c=biws", "c=biws,r=\(nonce)", "r=\(nonce),c=biws,p=\(proof)", "c=bi,r=\(nonce),p=\(proof)", "c=biws,r=,p=\(proof)",
        "c=biws,r=\(nonce),p=", "c=biws,r=\(nonce),p=AAAA", "c=biws,r=\(nonce),p=\(proof)AAAA", "c=biws,r=\(nonce),p=\(proof),x=y",
        "c=biws,r=\(nonce),p=\(proof),", "c=biws,r=\(nonce),x,p=\(proof)", "c=biws,r=\(nonce),x=,p=\(proof)",
        " c=biws,r=\(nonce),p=\(proof)",
        "c=biws, r=\(nonce),p=\(proof)", "c=biws,r=\(nonce) ,p=\(proof)",
    ])
    func isMalformed(message: String) {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: Dialogue.clientFirst, final: message) == .malformed)
    }

    @Test(arguments: [
        ("c=biws,r=\(nonce),m=x,p=\(proof)", ScramError.extensionsNotSupported),
        // Only the client's own part, another one, and one that goes on.
        ("c=biws,r=rOprNGfwEbeRWgbNEkqO,p=\(proof)", .otherError), ("c=biws,r=\(nonce)x,p=\(proof)", .otherError),
        ("c=biws,r=x\(nonce),p=\(proof)", .otherError),
        // `y,,`, `n,a=boss,` and nothing at all in place of `n,,`.
        ("c=eSws,r=\(nonce),p=\(proof)", .channelBindingsDoNotMatch), ("c=bixhPWJvc3Ms,r=\(nonce),p=\(proof)", .channelBindingsDoNotMatch),
        ("c=,r=\(nonce),p=\(proof)", .channelBindingsDoNotMatch),
    ])
    func isDenied(message: String, error: ScramError) {
        var dialogue = Dialogue()
        #expect(dialogue.outcome(first: Dialogue.clientFirst, final: message) == .told("e=\(error.rawValue)"))
    }
}

/// What a client says of channel binding, what there is, and what comes of it. RFC 5802 §6
@Suite struct ChannelBindingTests {
    private static let whole = Dialogue.bindings
    private static let old = ChannelBindings(endPoint: Array("certificate".utf8), exporter: nil)

    @Test(
        arguments: [
            // In the clear there is nothing to bind to, and nothing was offered.
            (Mechanism.scramSHA256, nil, "n,,", "", Dialogue.Outcome.judged), (.scramSHA256, nil, "y,,", "", .judged),
            (.scramSHA256, nil, "p=tls-exporter,,", "exported", .refused(.channelBindingNotSupported)),
            (.scramSHA256Plus, nil, "p=tls-exporter,,", "exported", .refused(.unsupportedChannelBindingType)),
            // Inside TLS whoever could bind was offered to; one who heard nothing of it was lied to.
            (.scramSHA256, whole, "n,,", "", .judged), (.scramSHA256, whole, "y,,", "", .refused(.serverDoesSupportChannelBinding)),
            (.scramSHA256, whole, "p=tls-exporter,,", "exported", .refused(.channelBindingNotSupported)),
            (.scramSHA256Plus, whole, "n,,", "", .refused(.otherError)),
            (.scramSHA256Plus, whole, "y,,", "", .refused(.serverDoesSupportChannelBinding)),
            (.scramSHA256Plus, whole, "p=tls-exporter,,", "exported", .judged),
            (.scramSHA256Plus, whole, "p=tls-server-end-point,,", "certificate", .judged),
            (.scramSHA256Plus, whole, "p=tls-exporter,a=boss,", "exported", .judged),
            (.scramSHA256Plus, whole, "p=tls-unique,,", "exported", .refused(.unsupportedChannelBindingType)),
            (.scramSHA256Plus, whole, "p=TLS-exporter,,", "exported", .refused(.unsupportedChannelBindingType)),
            // The wrong channel, the wrong type's data, none, and more.
            (.scramSHA256Plus, whole, "p=tls-exporter,,", "another", .told("e=channel-bindings-dont-match")),
            (.scramSHA256Plus, whole, "p=tls-exporter,,", "certificate", .told("e=channel-bindings-dont-match")),
            (.scramSHA256Plus, whole, "p=tls-exporter,,", "", .told("e=channel-bindings-dont-match")),
            (.scramSHA256Plus, whole, "p=tls-exporter,,", "exported!", .told("e=channel-bindings-dont-match")),
            (.scramSHA256, whole, "n,,", "exported", .told("e=channel-bindings-dont-match")),
            // TLS 1.2 has no exporter that could be bound to.
            (.scramSHA256Plus, old, "p=tls-exporter,,", "exported", .refused(.unsupportedChannelBindingType)),
            (.scramSHA256Plus, old, "p=tls-server-end-point,,", "certificate", .judged),
        ] as [(Mechanism, ChannelBindings?, String, String, Dialogue.Outcome)])
    private func followTheRules(
        mechanism: Mechanism, bindings: ChannelBindings?, header: String, data: String, outcome: Dialogue.Outcome
    ) {
        var dialogue = Dialogue(mechanism, bindings: bindings)
        let final = Dialogue.final(binding: header + data)
        #expect(dialogue.outcome(first: header + "n=user,r=abc", final: final) == outcome)
    }
}
