import MailCore

extension [Parameter] {
    /// A parameter's octets: as written, or, when only the form of RFC 2231 §4 is there, with percent encoding taken off.
    func octets(named name: String) -> [UInt8]? {
        if let plain = first(where: { $0.name == name }) { return plain.value }
        return first { $0.name == name + "*" }.map { ExtendedValue($0.value).octets }
    }
}

extension ContentType {
    /// A multipart's boundary; `nil` when there is none that lines can be compared with. RFC 2046 §5.1.1
    var boundary: [UInt8]? {
        guard var boundary = parameters.octets(named: "boundary") else { return nil }
        while let last = boundary.last, last.isBlank { boundary.removeLast() }
        // The grammar's longest is 70.
        return (1...200).contains(boundary.count) ? boundary : nil
    }

    /// The charset of a text, in lower case; `nil` when none is named. RFC 2046 §4.1.2
    public var charset: String? {
        parameters.octets(named: "charset").map { String(decoding: $0, as: UTF8.self).asciiLowercased }
    }
}

extension MessagePart {
    /// The name that a file made of this part should get, as text: Content-Disposition's `filename`, else Content-Type's `name`, in any
    /// of the ways in which these are encoded. RFC 2183 §2.3, RFC 2231, RFC 2047
    public var fileName: String? {
        for (parameters, name) in [(disposition?.parameters ?? [], "filename"), (contentType.parameters, "name")] {
            if let extended = parameters.first(where: { $0.name == name + "*" }) { return ExtendedValue(extended.value).text }
            if let plain = parameters.first(where: { $0.name == name }) { return EncodedWords.decode(plain.value) }
        }
        return nil
    }
}

/// `utf-8'en'%C3%A9t%C3%A9` — RFC 2231 §4
struct ExtendedValue {
    var charset: String
    var octets: [UInt8]

    /// A value without its two quotes is octets alone.
    init(_ value: [UInt8]) {
        let pieces = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        charset = pieces.count == 3 ? String(decoding: pieces[0], as: UTF8.self) : ""
        octets = ExtendedValue.percentDecoded(pieces.count == 3 ? pieces[2] : value[...])
    }

    var text: String { TextDecoder.repairedText(octets, charset: charset) }

    private static func percentDecoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var at = text.startIndex
        while at < text.endIndex {
            if text[at] == UInt8(ascii: "%"), text.endIndex - at > 2, let high = text[at + 1].hexDigit, let low = text[at + 2].hexDigit {
                out.append(high << 4 | low)
                at += 3
            } else {
                out.append(text[at])
                at += 1
            }
        }
        return out
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit, small letters too.
    @inline(__always) var hexDigit: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}
