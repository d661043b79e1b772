internal import MailCore
internal import TOMLKit

/// The text of one settings file, read into a layer with the place of every key.
struct TOMLReading {
    /// What the text says, as far as it could be read.
    private(set) var layer = SettingsLayer(entries: [])

    /// `path` is the name for messages, `origin` makes a key's origin from its line.
    init(_ bytes: [UInt8], path: String, origin: (_ line: Int) -> SettingOrigin) {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            let line = Self.firstBrokenLine(bytes)
            layer.problems = [SettingsProblem(file: path, line: line, "this line is not UTF-8 text.")]
            return
        }
        // the library works on C strings
        guard !bytes.contains(0), !text.contains("\\u0000"), !text.contains("\\U00000000") else {
            layer.problems = [SettingsProblem(file: path, "the file holds a NUL character.")]
            return
        }
        guard let table = parse(&text, path: path) else { return }
        let outline = TOMLOutline(Array(text.utf8))
        tellDoubles(outline, origin)
        collect(table, text: Array(text.utf8), outline, origin)
    }

    /// Parses, and when a simple line is not TOML, tells so, takes the line away and goes on: the person hears of all of them.
    private mutating func parse(_ text: inout String, path: String) -> TOMLTable? {
        for _ in 0..<20 {
            do {
                return try TOMLTable(string: text)
            } catch let error as TOMLParseError {
                var lines = text.parts(at: "\n", keepingEmpty: true)
                let number = min(max(error.source.begin.line, 1), lines.count)
                let line = lines[number - 1]
                layer.problems.append(
                    SettingsProblem(file: path, line: number, "this line is not TOML: \(Self.reason(error, in: String(line)))"))
                guard Self.standsAlone(line) else { return nil }
                lines[number - 1] = ""
                text = lines.joined(separator: "\n")
            } catch {
                layer.problems.append(SettingsProblem(file: path, "the file cannot be read: \(error)"))
                return nil
            }
        }
        return nil
    }

    /// For TOML `smtp.port` and `"smtp.port"` are two keys, for us one. (One key twice is told by the library.)
    private mutating func tellDoubles(_ outline: TOMLOutline, _ origin: (Int) -> SettingOrigin) {
        var seen: [String: Int] = [:]
        for assignment in outline.assignments {
            let key = assignment.path.joined(separator: ".")
            if let line = seen.updateValue(assignment.line, forKey: key) {
                let sentence = "\(key) is set twice (line \(line)); once is allowed."
                layer.problems.append(SettingsProblem(at: origin(assignment.line), key: key, sentence))
            }
        }
    }

    /// Walks the tables without recursion and makes an entry of every value.
    private mutating func collect(
        _ root: TOMLTable, text: [UInt8], _ outline: TOMLOutline, _ origin: (Int) -> SettingOrigin
    ) {
        var waiting: [(path: String, table: TOMLTable)] = [("", root)]
        while let (path, table) = waiting.popLast() {
            if table.isEmpty, !path.isEmpty {
                let line = outline.headers.first { $0.path.joined(separator: ".") == path }?.line ?? outline.assignment(of: path)?.line
                layer.entries.append(
                    SettingsLayer.Entry(key: path, value: .other("{}"), origin: origin(line ?? 1), isEmptyTable: true))
            }
            for (name, value) in table {
                let key = path.isEmpty ? name : path + "." + name
                if let inner = value.table {
                    waiting.append((key, inner))
                    continue
                }
                let place = outline.assignment(of: key)
                let line = place?.line ?? outline.headers.first { $0.path.joined(separator: ".") == key }?.line
                let source = place.map { String(decoding: text[$0.value], as: UTF8.self) } ?? "[[…]]"
                layer.entries.append(
                    SettingsLayer.Entry(key: key, value: Self.written(value, source: source), origin: origin(line ?? 1)))
            }
        }
        layer.entries.sort { ($0.origin.place.line ?? 0, $0.key) < ($1.origin.place.line ?? 0, $1.key) }
    }

    private static func written(_ value: any TOMLValueConvertible, source: String) -> WrittenValue {
        switch value.type {
        case .string: .text(value.string ?? "")
        case .int: .integer(value.int ?? 0)
        case .bool: .boolean(value.bool ?? false)
        case .array:
            .list(
                (value.array.map(Array.init) ?? []).map { item in
                    item.type == .array || item.type == .table ? .other("…") : written(item, source: "…")
                })
        default: .other(source)
        }
    }

    /// A line that can be taken away without touching another statement: `key = value`, complete in itself.
    private static func standsAlone(_ line: Substring) -> Bool {
        guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
        let value = line.utf8[equals...]
        let opened = value.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
        let closed = value.count { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "}") }
        return opened == closed && !line.contains("\"\"\"") && !line.contains("'''")
    }

    /// The library's own words, or better ones for what people do most: values without their quotes, `on` and `off`.
    private static func reason(_ error: TOMLParseError, in line: String) -> String {
        if let (_, rest) = line.halves(at: "=") {
            let value = (rest.halves(at: "#")?.before ?? rest).trimmingBlanks
            let isBare = value.utf8.allSatisfy { $0.isASCIIAlphanumeric || "+-_.:@/".utf8.contains($0) }
            if !value.isEmpty, isBare, value.utf8.contains(where: \.isASCIILetter) {
                if let flag = Bool(text: value) { return "write \(flag) instead of \(value)." }
                return "\(value) must stand in double quotes."
            }
        }
        return error.description.hasSuffix(".") ? error.description : error.description + "."
    }

    private static func firstBrokenLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }
}

extension Substring {
    /// Without blanks and line ends before and after.
    fileprivate var trimmingBlanks: String {
        var rest = self
        while let first = rest.utf8.first, first <= 32 { rest.removeFirst() }
        while let last = rest.utf8.last, last <= 32 { rest.removeLast() }
        return String(rest)
    }
}
