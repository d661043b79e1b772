import Foundation
import MessageFormat

/// The messages in `Corpus/`, each with a golden text beside it.
enum Corpus {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".eml") }.map { String($0.dropLast(4)) }.sorted()
    }()

    static func message(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: name + ".eml"))) }

    static func golden(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name + ".golden"), encoding: .utf8)
    }

    /// With `POSTERN_GOLDEN=write` in the environment the golden texts are written instead of compared.
    static let isWriting = ProcessInfo.processInfo.environment["POSTERN_GOLDEN"] == "write"

    static func write(golden text: String, _ name: String) throws {
        try text.write(to: folder.appending(path: name + ".golden"), atomically: true, encoding: .utf8)
    }
}

extension MessageStructure {
    init(_ message: [UInt8], limits: StructureLimits = .init()) {
        self = message.withUnsafeBytes { .parse($0, limits: limits) }
    }

    init(_ message: String, limits: StructureLimits = .init()) { self.init(Array(message.utf8), limits: limits) }

    /// What a person compares: the three IMAP texts, the sent date, and a line a part.
    func golden(of message: [UInt8]) -> String {
        let summary = summary
        var lines = [
            "envelope       " + readable(summary.envelope), "bodystructure  " + readable(summary.bodyStructure),
            "body           " + readable(body), "header octets  \(summary.headerLength)",
        ]
        if let sent = summary.sentDate { lines.append("sent           " + HeaderDate.format(sent, zoneMinutes: summary.sentZone)) }
        var parts = [(path: "message", part: root)]
        while let (path, part) = parts.popLast() {
            let type = part.contentType
            lines.append("")
            lines.append("\(path): \(type.type)/\(type.subtype) \(part.transferEncoding), \(part.lines) lines")
            lines.append("  header |" + readable(message[part.headerRange], shortened: true))
            lines.append("  body   |" + readable(message[part.bodyRange], shortened: true))
            let prefix = path == "message" ? "" : path + "."
            if let embedded = part.message { parts.append((prefix + "embedded", embedded)) }
            for (i, child) in part.children.enumerated().reversed() { parts.append(("\(prefix)\(i + 1)", child)) }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Octets in ASCII: `\r`, `\n`, `\x00`; the middle of what is long is left out when asked.
func readable(_ bytes: some Collection<UInt8>, shortened: Bool = false) -> String {
    if shortened, bytes.count > 60 { return readable(bytes.prefix(25)) + " … " + readable(bytes.suffix(25)) }
    var text = ""
    for octet in bytes {
        switch octet {
        case 13: text += "\\r"
        case 10: text += "\\n"
        case 32..<127: text.unicodeScalars.append(Unicode.Scalar(octet))
        default: text += "\\x" + (octet < 16 ? "0" : "") + String(octet, radix: 16)
        }
    }
    return text
}

extension String {
    /// The lines with CRLF.
    var crlf: String { split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n") }
}
