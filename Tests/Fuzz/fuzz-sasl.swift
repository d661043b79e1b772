import MailCore
import SASL

/// Any octets are a client's answers, as they are and as decoded messages: what is read as credentials must write back as itself,
/// and no order of answers leads into an exchange that is over.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSASL(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))

    if let plain = try? PlainMessage(parsing: octets) {
        precondition(plain.encoded == octets, "a message that was read writes back as itself")
        precondition((1...1024).contains(plain.password.count) && !plain.password.contains(0), "a password is within its bounds")
        precondition(!plain.authenticationIdentity.isEmpty, "somebody logs in")
        var exchange = Exchange(.plain)
        let step = try? exchange.start(initialResponse: Base64.encode(octets))
        precondition(step == .credentials(plain), "base 64 changes nothing")
    }

    for mechanism in Mechanism.allCases {
        var exchange = Exchange(mechanism)
        _ = exchange.start()
        _ = try? exchange.answer(octets)
        var eager = Exchange(mechanism)
        _ = try? eager.start(initialResponse: octets)
        let bindings = ChannelBindings(endPoint: [1, 2, 3], exporter: [4, 5, 6])
        for bindings in [bindings, nil] { converse(Exchange(mechanism, bindings: bindings, nonce: [UInt8(ascii: "s")]), octets) }
    }
    _ = Mechanism(name: octets)
    return 0
}

/// The client's messages are the input's lines; every proof is taken for one.
private func converse(_ exchange: Exchange, _ octets: [UInt8]) {
    var exchange = exchange
    var proofs = 0
    for line in octets.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        guard var step = try? exchange.answer(Base64.encode(line)) else { return }
        if case .lookUp(let name) = step {
            precondition((1...512).contains(name.utf8.count), "a name is within its bounds")
            step = exchange.found(ScramParameters(salt: [7], iterations: 4096))
        }
        if case .judge(let claim) = step {
            precondition(claim.proof.count == 32, "a proof is a digest's")
            precondition(claim.authorizationIdentity.utf8.count <= 512, "a name is within its bounds")
            proofs += 1
            step = exchange.proven(serverSignature: [9])
        }
        guard case .challenge = step else { return }
        precondition(proofs < 2, "a proof is judged once")
    }
}
