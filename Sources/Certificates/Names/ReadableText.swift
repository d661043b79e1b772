import COpenSSL
import Glibc

/// What stands in a certificate, for people.
enum ReadableText {
    /// More of a name helps nobody.
    private static let longest = 300

    /// `CN=mail.example.org, O=Example`, the most particular first as RFC 4514 §2.1 has it. Characters that move a terminal's cursor
    /// or turn its text around are replaced.
    static func name(_ name: OpaquePointer?) -> String {
        let text = MemoryFile.written { postern_x509_print_name($0, name) == 1 }
        var readable = ""
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars.prefix(longest) {
            readable.unicodeScalars.append(scalar.isHarmless ? scalar : "\u{FFFD}")
        }
        return readable.isEmpty ? "(no name)" : readable
    }

    /// `1F:2E:…`
    static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: ":")
    }

    /// The day of a moment in UTC: `2027-01-31`.
    static func day(_ unixSeconds: Int64) -> String {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "a day beyond all years" }
        let padded = { (number: Int32) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    }
}

extension Unicode.Scalar {
    fileprivate var isHarmless: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}
