internal import MailCore

/// The administrator's settings file as text, changed one key at a time: everything else in it, comments, order and blanks, stays
/// as it was.
struct SettingsText {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var lineEnd: [UInt8] {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0, bytes[end - 1] == UInt8(ascii: "\r") else { return [10] }
        return [13, 10]
    }

    /// Writes `key = value`: in the place where the key stands, else among its group, else at the end.
    mutating func set(_ key: String, to value: WrittenValue) {
        let outline = TOMLOutline(bytes)
        let toml = Array(value.toml.utf8)
        if let place = outline.assignment(of: key) {
            bytes.replaceSubrange(place.value, with: toml)
            return
        }
        let group = String(key.prefix { $0 != "." })
        let name = Self.written(String(key.dropFirst(group.count + 1)))
        let short = Array("\(name) = ".utf8) + toml
        let long = Array("\(group).\(name) = ".utf8) + toml
        if let number = outline.headers.firstIndex(where: { $0.path == [group] }) {
            let last = outline.assignments.last { $0.header == number && $0.nesting == 0 }
            insertLine(short, after: last?.statement ?? outline.headers[number].start..<outline.headers[number].start + 1)
        } else if let inline = outline.assignments.first(where: { $0.path == [group] && bytes[$0.value.lowerBound] == UInt8(ascii: "{") }) {
            insert(short, intoInlineTable: inline, outline)
        } else if let sibling = outline.assignments.last(where: { $0.header == nil && $0.nesting == 0 && $0.path.first == group }) {
            insertLine(long, after: sibling.statement)
        } else if outline.headers.isEmpty {
            appendLine(long)
        } else {
            appendLine([])
            appendLine(Array("[\(group)]".utf8))
            appendLine(short)
        }
    }

    /// Takes the key away, with its line when it has one for itself.
    mutating func remove(_ key: String) {
        let outline = TOMLOutline(bytes)
        guard let place = outline.assignment(of: key) else { return }
        if place.nesting == 0 {
            bytes.removeSubrange(wholeLines(place.statement))
            return
        }
        // one of the commas around it goes too
        var range = place.statement
        while let next = byte(at: range.upperBound), next == 32 || next == 9 { range = range.lowerBound..<range.upperBound + 1 }
        if byte(at: range.upperBound) == UInt8(ascii: ",") {
            range = range.lowerBound..<range.upperBound + 1
            while let next = byte(at: range.upperBound), next == 32 || next == 9 { range = range.lowerBound..<range.upperBound + 1 }
        } else {
            range = range.lowerBound..<place.statement.upperBound
            while let previous = byte(at: range.lowerBound - 1), previous == 32 || previous == 9 || previous == UInt8(ascii: ",") {
                range = range.lowerBound - 1..<range.upperBound
            }
        }
        bytes.removeSubrange(range)
    }

    private func byte(at index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

    /// From the first octet of the range's first line to the end of its last line.
    private func wholeLines(_ range: Range<Int>) -> Range<Int> {
        let start = bytes[..<range.lowerBound].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let end = bytes[range.upperBound...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        return start..<end
    }

    /// A new line behind the lines of `range`, indented as they are.
    private mutating func insertLine(_ line: [UInt8], after range: Range<Int>) {
        let lines = wholeLines(range)
        let indent = Array(bytes[lines].prefix { $0 == 32 || $0 == 9 })
        if bytes[lines].last != UInt8(ascii: "\n") { bytes += lineEnd }
        let position = bytes[range.upperBound...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        bytes.insert(contentsOf: indent + line + lineEnd, at: position)
    }

    /// A new line at the end; an empty one only when there is something before it.
    private mutating func appendLine(_ line: [UInt8]) {
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes += lineEnd }
        if !line.isEmpty || !bytes.isEmpty { bytes += line + lineEnd }
    }

    private mutating func insert(_ assignment: [UInt8], intoInlineTable table: TOMLOutline.Assignment, _ outline: TOMLOutline) {
        let inside = outline.assignments.last { $0.nesting == table.nesting + 1 && table.value.contains($0.statement.lowerBound) }
        if let inside {
            bytes.insert(contentsOf: Array(", ".utf8) + assignment, at: inside.statement.upperBound)
        } else {
            bytes.replaceSubrange(table.value, with: Array("{ ".utf8) + assignment + Array(" }".utf8))
        }
    }

    /// A name as a TOML key: in quotes when it has a dot of its own, so that it never clashes with a setting of the shorter name.
    private static func written(_ name: String) -> String {
        let isBare = name.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        return isBare ? name : WrittenValue.quoted(name)
    }
}
