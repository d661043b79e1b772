import MailCore

/// Reads a part's Content fields (RFC 2045 §3, RFC 2183, RFC 3282, RFC 2557, RFC 1864); the first one counts where a field is there
/// twice.
struct ContentFields {
    var contentType: ContentType?
    var transferEncoding: String?
    var disposition: Disposition?
    var languages: [String] = []
    var location: [UInt8]?
    var id: [UInt8]?
    var contentDescription: [UInt8]?
    var md5: [UInt8]?
    /// Whether there is a Content-Type field, readable or not.
    private(set) var declaresType = false
    /// How many Received fields stand in the same block.
    private(set) var receivedCount = 0

    init(_ block: UnsafeRawBufferPointer) {
        let fields = HeaderFields(block)
        for place in fields {
            // "Content-…" and "Received"; a look at the first letter spares most names.
            let initial = block[place.name.lowerBound].asciiLowercased
            guard initial == UInt8(ascii: "c") || initial == UInt8(ascii: "r"), let name = FieldName(block.part(place.name))
            else { continue }
            read(name, block.part(place.value))
        }
    }

    private mutating func read(_ name: FieldName, _ value: UnsafeRawBufferPointer) {
        switch name {
        case .contentType where !declaresType:
            declaresType = true
            contentType = ContentType(parsing: value)
        case .transferEncoding where transferEncoding == nil: transferEncoding = FieldScanner.token(value)
        case .disposition where disposition == nil: disposition = Disposition(parsing: value)
        case .contentLanguage where languages.isEmpty: languages = ContentFields.languages(value)
        case .contentLocation where location == nil: location = value.filter { !$0.isFoldingSpace }
        case .contentID where id == nil: id = ContentFields.unfolded(value)
        case .contentDescription where contentDescription == nil: contentDescription = ContentFields.unfolded(value)
        case .contentMD5 where md5 == nil: md5 = ContentFields.unfolded(value)
        case .received: receivedCount += 1
        default: break
        }
    }

    /// About the octets that the details take up in memory.
    var weight: Int {
        var octets = (location?.count ?? 0) + (id?.count ?? 0) + (contentDescription?.count ?? 0) + (md5?.count ?? 0)
        octets += transferEncoding?.utf8.count ?? 0
        for language in languages { octets += language.utf8.count }
        if let contentType {
            octets += contentType.type.utf8.count + contentType.subtype.utf8.count + ContentFields.weight(contentType.parameters)
        }
        if let disposition { octets += disposition.kind.utf8.count + ContentFields.weight(disposition.parameters) }
        return octets
    }

    private static func weight(_ parameters: [Parameter]) -> Int {
        var octets = 0
        for parameter in parameters { octets += parameter.name.utf8.count + parameter.value.count + 64 }
        return octets
    }

    private static func unfolded(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        value.unfold(into: &text)
        return text
    }

    /// `de, en` — RFC 3282 §2. A sender needs no more than a few tags.
    private static func languages(_ value: UnsafeRawBufferPointer) -> [String] {
        var scanner = FieldScanner(value)
        var tags: [String] = []
        while !scanner.atEnd, tags.count < 16 {
            scanner.skipGap()
            let tag = scanner.takeToken()
            if !tag.isEmpty { tags.append(String(decoding: tag, as: UTF8.self)) }
            scanner.skipGap()
            if tag.isEmpty || scanner.peek == UInt8(ascii: ",") { scanner.skip() }
        }
        return tags
    }
}

extension ContentType {
    /// `nil` when there is no `type "/" subtype`. RFC 2045 §5.1
    init?(parsing value: UnsafeRawBufferPointer) {
        var scanner = FieldScanner(value)
        scanner.skipGap()
        let type = scanner.takeToken()
        scanner.skipGap()
        guard !type.isEmpty, scanner.take(UInt8(ascii: "/")) else { return nil }
        scanner.skipGap()
        let subtype = scanner.takeToken()
        guard !subtype.isEmpty else { return nil }
        self.type = FieldScanner.lowercased(type)
        self.subtype = FieldScanner.lowercased(subtype)
        parameters = ParameterList.take(from: &scanner)
    }
}

extension Disposition {
    /// `nil` when there is no token. RFC 2183 §2
    init?(parsing value: UnsafeRawBufferPointer) {
        var scanner = FieldScanner(value)
        scanner.skipGap()
        let kind = scanner.takeToken()
        guard !kind.isEmpty else { return nil }
        self.kind = FieldScanner.lowercased(kind)
        parameters = ParameterList.take(from: &scanner)
    }
}

extension FieldScanner {
    /// RFC 2045 §5.1 `token`; raw octets beyond ASCII are let through.
    @inline(__always) mutating func takeToken() -> UnsafeRawBufferPointer { take { $0.isToken } }

    /// ASCII letters in lower case.
    static func lowercased(_ octets: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: octets.count) { target in
            for i in 0..<octets.count { target[i] = octets[i].asciiLowercased }
            return octets.count
        }
    }

    /// A field's one token in lower case; `nil` when there is none.
    static func token(_ value: UnsafeRawBufferPointer) -> String? {
        var scanner = FieldScanner(value)
        scanner.skipGap()
        let token = scanner.takeToken()
        return token.isEmpty ? nil : lowercased(token)
    }
}

extension UInt8 {
    /// RFC 2045 §5.1: no `tspecials`, no control characters, no space.
    @inline(__always) var isToken: Bool {
        switch self {
        case 0...32, 127: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"), UInt8(ascii: ","): false
        case UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "["): false
        case UInt8(ascii: "]"), UInt8(ascii: "?"), UInt8(ascii: "="): false
        default: true
        }
    }
}
