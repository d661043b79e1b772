import MailCore

/// `*(";" name "=" value)` of a Content-Type or Content-Disposition. RFC 2045 §5.1, RFC 2231
enum ParameterList {
    /// Raw parameters that are read of one field: names of files cut into pieces of 60 octets stay far below.
    private static let limit = 256

    static func take(from scanner: inout FieldScanner) -> [Parameter] {
        var parameters: [Parameter] = []
        while parameters.count < limit, let parameter = next(&scanner) { parameters.append(parameter) }
        return parameters.contains { $0.name.utf8.contains(UInt8(ascii: "*")) } ? joined(parameters) : parameters
    }

    /// The next `name=value`; what is neither is passed over. A missing semicolon is forgiven where a space stands in its place.
    private static func next(_ scanner: inout FieldScanner) -> Parameter? {
        while true {
            scanner.skipGap()
            guard !scanner.atEnd else { return nil }
            let name = scanner.takeToken()
            scanner.skipGap()
            if !name.isEmpty, scanner.take(UInt8(ascii: "=")) {
                var value: [UInt8] = []
                scanner.takeParameterValue(into: &value)
                return Parameter(name: FieldScanner.lowercased(name), value: value)
            }
            if name.isEmpty { scanner.skip() }
        }
    }

    /// RFC 2231 §3: `name*0`, `name*1` … become one parameter in the place of the first. Where a section is percent-encoded
    /// (`name*0*`) the whole is, and its name ends with `*`. RFC 2231 §4.1
    private static func joined(_ raw: [Parameter]) -> [Parameter] {
        var values: [String: [Int: (value: [UInt8], isEncoded: Bool)]] = [:]
        for parameter in raw {
            guard let section = Section(parameter.name), values[section.name]?[section.number] == nil else { continue }
            values[section.name, default: [:]][section.number] = (parameter.value, section.isEncoded)
        }
        var out: [Parameter] = []
        var done: Set<String> = []
        for parameter in raw {
            // A plain parameter, or a section of a value that has no beginning.
            guard let section = Section(parameter.name), let parts = values[section.name], parts[0] != nil else {
                out.append(parameter)
                continue
            }
            if done.insert(section.name).inserted { out.append(join(section.name, parts)) }
        }
        return out
    }

    private static func join(_ name: String, _ parts: [Int: (value: [UInt8], isEncoded: Bool)]) -> Parameter {
        var run: [(value: [UInt8], isEncoded: Bool)] = []
        while let part = parts[run.count] { run.append(part) }
        guard run.contains(where: \.isEncoded) else { return Parameter(name: name, value: run.flatMap(\.value)) }
        var value: [UInt8] = []
        // Only a first section that is encoded names a charset.
        if !run[0].isEncoded { value += Array("''".utf8) }
        for part in run { value += part.isEncoded ? part.value : percentEncoded(part.value) }
        return Parameter(name: name + "*", value: value)
    }

    private static func percentEncoded(_ octets: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for octet in octets {
            if octet.isToken, octet < 128, octet != UInt8(ascii: "*"), octet != UInt8(ascii: "'"), octet != UInt8(ascii: "%") {
                out.append(octet)
            } else {
                out += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return out
    }

    /// `filename*2*`: name, number of the section, whether it is percent-encoded.
    private struct Section {
        var name: String
        var number: Int
        var isEncoded: Bool

        /// `nil` when the name has no section number.
        init?(_ text: String) {
            var pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            isEncoded = pieces.count == 3 && pieces[2].isEmpty
            if isEncoded { pieces.removeLast() }
            guard pieces.count == 2, !pieces[0].isEmpty, (1...3).contains(pieces[1].count), pieces[1].allSatisfy(\.isASCIIDigit) else {
                return nil
            }
            name = String(decoding: pieces[0], as: UTF8.self)
            number = pieces[1].reduce(0) { $0 * 10 + Int($1 - 48) }
        }
    }
}

extension FieldScanner {
    /// Takes a quoted string, or text up to the next semicolon or comment: names of files with blanks are often not quoted. Where
    /// more text follows the comment it was none: `report (1).pdf`.
    fileprivate mutating func takeParameterValue(into out: inout [UInt8]) {
        skipGap()
        guard peek != UInt8(ascii: "\"") else {
            takeQuotedString(into: &out)
            return
        }
        let semicolon = UInt8(ascii: ";")
        while let octet = peek, octet != semicolon {
            if octet == UInt8(ascii: "(") {
                var ahead = self
                ahead.skipGap()
                if !ahead.atEnd, ahead.peek != semicolon {
                    out.append(contentsOf: bytes.part(position..<ahead.position).filter { $0 != 13 && $0 != 10 })
                }
                self = ahead
                continue
            }
            if octet != 13, octet != 10 { out.append(octet) }
            skip()
        }
        while let last = out.last, last.isBlank { out.removeLast() }
    }
}
