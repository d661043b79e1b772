import Glibc
import MailCore

/// An address that mail can be sent to: its written form reads back as itself.
func isAllowed(_ address: MailAddress) -> Bool {
    let octets = address.localPart.utf8
    guard (1...64).contains(octets.count), octets.allSatisfy(\.isPrintable) else { return false }
    return MailAddress(address.description) == address
}

func isAllowed(displayName: String) -> Bool {
    displayName.utf8.count <= 255 && displayName.utf8.allSatisfy(\.isPrintable)
}

/// What RFC 4616 §2 and RFC 4013 §2.3 let through a log-in: UTF-8 without control characters. 1024 octets are more than anybody types
/// and keep the work of one derivation bounded.
func isAllowed(password: [UInt8]) -> Bool {
    (1...1024).contains(password.count) && password.allSatisfy(\.isPrintable) && String(validating: password, as: UTF8.self) != nil
}

extension UInt8 {
    fileprivate var isPrintable: Bool { self >= 32 && self != 127 }
}

/// Unix seconds.
func now() -> Int64 { Int64(time(nil)) }
