public import MailCore

/// What a sender says about a recipient in `RCPT`. RFC 3461 §4
public struct RecipientParameters: Hashable, Sendable {
    /// `NOTIFY=`: of what the sender wants to hear.
    public var notify: NotifySet = []
    /// `ORCPT=`: whom the sender meant at first, with its type, as ASCII; empty when it was not said.
    public var original = ""
    /// A parameter that we never offered stood there.
    public var hasUnknown = false

    public init() {}

    /// Takes everything up to the end of the line. Throws when a parameter stands twice or its value is not of its form.
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        while let parameter = try line.parameter() {
            if parameter.isNamed("NOTIFY") {
                guard notify.isEmpty, let set = parameter.notifySet else {
                    throw line.parameterError(wanted: "NOTIFY=NEVER, or SUCCESS, FAILURE and DELAY, once")
                }
                notify = set
            } else if parameter.isNamed("ORCPT") {
                guard original.isEmpty, let address = parameter.originalRecipient else {
                    throw line.parameterError(wanted: "ORCPT=type;xtext once")
                }
                original = address
            } else {
                hasUnknown = true
            }
        }
    }
}

extension ESMTPParameter {
    /// RFC 3461 §4.3
    var returnedContent: ReturnedContent? {
        guard let value else { return nil }
        return value.equalsIgnoringCase("FULL".utf8) ? .full : value.equalsIgnoringCase("HDRS".utf8) ? .headers : nil
    }

    /// At most 100 octets of xtext, and nothing but printable ASCII behind it. RFC 3461 §4.4
    var envelopeID: String? {
        guard let value, value.count <= 100, let meaning = XText.decode(value), meaning.allSatisfy({ (32...126).contains($0) }) else {
            return nil
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// NEVER stands alone. RFC 3461 §4.1
    var notifySet: NotifySet? {
        guard let value, value.count <= 100 else { return nil }
        if value.equalsIgnoringCase("NEVER".utf8) { return .said }
        var set = NotifySet.said
        for word in value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            if word.equalsIgnoringCase("SUCCESS".utf8) {
                set.insert(.success)
            } else if word.equalsIgnoringCase("FAILURE".utf8) {
                set.insert(.failure)
            } else if word.equalsIgnoringCase("DELAY".utf8) {
                set.insert(.delay)
            } else {
                return nil
            }
        }
        return set
    }

    /// A type and an address: at most 500 octets, no control characters behind the xtext. RFC 3461 §4.2. One in UTF-8 is kept in the
    /// form that servers without SMTPUTF8 understand. RFC 6533 §3
    var originalRecipient: String? {
        guard let value, value.count <= XText.longestOriginal, let separator = value.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let type = value[..<separator]
        let address = value[(separator + 1)...]
        guard !type.isEmpty, type.allSatisfy({ $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") }), !address.isEmpty else { return nil }
        if type.equalsIgnoringCase("UTF-8".utf8) {
            guard let escaped = XText.unicodeAddress(address), type.count + 1 + escaped.utf8.count <= XText.longestOriginal else {
                return nil
            }
            return "\(String(decoding: type, as: UTF8.self));\(escaped)"
        }
        guard let meaning = XText.decode(address), meaning.allSatisfy({ $0 >= 32 && $0 != 127 }) else { return nil }
        return String(decoding: value, as: UTF8.self)
    }
}

/// Text that fits into a parameter's value: what would not stands as `+` and two hexadecimal digits. RFC 3461 §4
public enum XText {
    /// Octets of ORCPT's value. RFC 3461 §4.2
    static let longestOriginal = 500

    /// The octets that are meant; `nil` when the text is not of the form.
    public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var scanner = Scanner(Array(text))
        var out: [UInt8] = []
        while let octet = scanner.next() {
            if octet == UInt8(ascii: "+") {
                guard let high = scanner.next()?.hexValue, let low = scanner.next()?.hexValue else { return nil }
                out.append(high << 4 | low)
            } else {
                guard (33...126).contains(octet), octet != UInt8(ascii: "=") else { return nil }
                out.append(octet)
            }
        }
        return out
    }

    /// For what we say ourselves.
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for octet in text.utf8 {
            if (33...126).contains(octet), octet != UInt8(ascii: "+"), octet != UInt8(ascii: "=") {
                out.append(octet)
            } else {
                out += [UInt8(ascii: "+"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// ORCPT for an address that is the original one of what follows; empty when it would be too long. RFC 3461 §4.2, RFC 6533 §3
    public static func originalRecipient(_ address: MailAddress) -> String {
        let text =
            address.isASCII
            ? "rfc822;\(encode(address.description))" : "utf-8;" + address.description.unicodeScalars.map(escaped).joined()
        return text.utf8.count <= longestOriginal ? text : ""
    }

    /// What is beyond ASCII, or not allowed in a value, as `\x{4E2D}`; `nil` when the text is not of RFC 6533 §3's form.
    static func unicodeAddress(_ octets: ArraySlice<UInt8>) -> String? {
        guard let text = String(validating: octets, as: UTF8.self) else { return nil }
        var out = ""
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "\\" {
                let digits = rest.dropFirst(3).prefix { $0 != "}" }
                guard rest.starts(with: "\\x{".unicodeScalars), (2...6).contains(digits.count), rest.count > digits.count + 3,
                    digits.allSatisfy({ $0.isASCII && UInt8($0.value).hexValue != nil })
                else { return nil }
                out += "\\x{\(String(String.UnicodeScalarView(digits)))}"
                rest = rest.dropFirst(digits.count + 4)
            } else {
                guard scalar.value > 32, scalar.value != 127, scalar != "+", scalar != "=" else { return nil }
                out += escaped(scalar)
                rest = rest.dropFirst()
            }
        }
        return out
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        let isPlain = (33...126).contains(scalar.value) && scalar != "+" && scalar != "=" && scalar != "\\"
        if isPlain { return String(scalar) }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "\\x{\(digits.count < 2 ? "0" : "")\(digits)}"
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}
