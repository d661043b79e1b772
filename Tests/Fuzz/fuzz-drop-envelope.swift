import MailCore

/// Any octets lie in the folder for letters: an envelope that was read is written so that it is read as the same one, and its end lies
/// in the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDropEnvelope(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    guard let (envelope, length) = try? DropEnvelope.read(octets) else { return 0 }
    precondition((1...octets.count).contains(length), "the message begins in the file or at its end")
    precondition(octets[length - 1] == 10, "an envelope ends with a line")
    precondition(!envelope.recipients.isEmpty, "somebody is written to")
    guard let (again, end) = try? DropEnvelope.read(envelope.octets) else { preconditionFailure("what we write can be read") }
    precondition(end == envelope.octets.count, "nothing is left")
    precondition(again.sender == envelope.sender && again.recipients == envelope.recipients, "the same people are meant")
    return 0
}
