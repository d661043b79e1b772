import MailCore
import SASL

/// Any octets are a client's answer, as it is and as the decoded message: what is read as credentials must write back as itself.
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

    var exchange = Exchange(.plain)
    _ = exchange.start()
    _ = try? exchange.answer(octets)
    var eager = Exchange(.plain)
    _ = try? eager.start(initialResponse: octets)
    _ = Mechanism(name: octets)
    return 0
}
