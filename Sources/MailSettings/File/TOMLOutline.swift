internal import MailCore

/// Where things stand in a TOML text: the library that gives us the values tells no places, and rewriting a person's file needs
/// them. The text must have been accepted by the library; on anything else the outline is incomplete but never wrong about ranges.
struct TOMLOutline {
    struct Header {
        var path: [String]
        /// The offset of `[`.
        var start: Int
        var line: Int
    }

    struct Assignment {
        /// The whole path, the table's and the enclosing inline tables' included.
        var path: [String]
        /// From the key's first octet to the value's last.
        var statement: Range<Int>
        var value: Range<Int>
        var line: Int
        /// Its table's place in `headers`; `nil` before the first header.
        var header: Int?
        /// How many inline tables it stands in.
        var nesting = 0
    }

    private(set) var headers: [Header] = []
    /// In the order of the text; an inline table stands behind its own assignments.
    private(set) var assignments: [Assignment] = []
    private var scanner: Scanner
    private var line = 1
    private var counted = 0

    init(_ text: [UInt8]) {
        scanner = Scanner(text)
        while !scanner.atEnd {
            skipBlanks()
            switch scanner.peek {
            case UInt8(ascii: "#"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), nil: break
            case UInt8(ascii: "["): header()
            default: assignment(in: headers.last?.path ?? [], nesting: 0)
            }
            _ = scanner.take { $0 != UInt8(ascii: "\n") }
            scanner.skip(1)
        }
    }

    /// The assignment of a dotted key, however it is nested or quoted.
    func assignment(of key: String) -> Assignment? {
        assignments.first { $0.path.joined(separator: ".") == key }
    }

    private mutating func header() {
        let start = scanner.position
        let line = lineHere()
        while scanner.take(UInt8(ascii: "[")) {}
        guard let path = keyPath(), scanner.take(UInt8(ascii: "]")) else { return }
        headers.append(Header(path: path, start: start, line: line))
    }

    private mutating func assignment(in table: [String], nesting: Int) {
        let start = scanner.position
        let line = lineHere()
        guard let path = keyPath(), scanner.take(UInt8(ascii: "=")) else { return }
        skipBlanks()
        let valueStart = scanner.position
        if scanner.peek == UInt8(ascii: "{"), nesting < 32 {
            inlineTable(at: table + path, nesting: nesting + 1)
        } else {
            value()
        }
        assignments.append(
            Assignment(
                path: table + path, statement: start..<scanner.position, value: valueStart..<scanner.position, line: line,
                header: headers.indices.last, nesting: nesting))
    }

    private mutating func inlineTable(at path: [String], nesting: Int) {
        scanner.skip(1)
        while !scanner.atEnd {
            skipBlanksAndLines()
            if scanner.take(UInt8(ascii: "}")) { return }
            if scanner.take(UInt8(ascii: ",")) { continue }
            let before = scanner.position
            assignment(in: path, nesting: nesting)
            if scanner.position == before { return }
        }
    }

    /// Moves behind a value that is no inline table.
    private mutating func value() {
        var depth = 0
        repeat {
            if depth > 0 { skipBlanksAndLines() }
            guard let octet = scanner.peek else { return }
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                scanner.skip(1)
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                scanner.skip(1)
            case UInt8(ascii: ","), UInt8(ascii: "="):
                if depth == 0 { return }
                scanner.skip(1)
            default: word()
            }
        } while depth > 0
    }

    /// A number, boolean, date or bare key: up to what cannot be a part of it, without trailing blanks. At least one octet.
    private mutating func word() {
        let start = scanner.position
        let word = scanner.take { !"\n\r#,=[]{}\"'".utf8.contains($0) }
        let blanks = word.reversed().prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
        scanner.move(to: max(start + word.count - blanks, start))
        if scanner.position == start { scanner.skip(1) }
    }

    private mutating func keyPath() -> [String]? {
        var path: [String] = []
        repeat {
            skipBlanks()
            if scanner.peek == UInt8(ascii: "\"") || scanner.peek == UInt8(ascii: "'") {
                guard let name = string() else { return nil }
                path.append(name)
            } else {
                let name = scanner.take { !" \t\n\r.=[]{}#,\"'".utf8.contains($0) }
                if name.isEmpty { return nil }
                path.append(String(decoding: name, as: UTF8.self))
            }
            skipBlanks()
        } while scanner.take(UInt8(ascii: "."))
        return path
    }

    private mutating func skipBlanks() {
        _ = scanner.take { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    /// Between the parts of an array or inline table: blanks, ends of lines, comments.
    private mutating func skipBlanksAndLines() {
        while true {
            _ = scanner.take { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
            guard scanner.peek == UInt8(ascii: "#") else { return }
            _ = scanner.take { $0 != UInt8(ascii: "\n") }
        }
    }

    /// The number of the line at the scanner; it only ever goes forward.
    private mutating func lineHere() -> Int {
        while counted < scanner.position {
            if scanner.bytes[counted] == UInt8(ascii: "\n") { line += 1 }
            counted += 1
        }
        return line
    }

    /// Moves behind a string of any of TOML's four kinds and gives its text; escapes in keys are the simple ones.
    private mutating func string() -> String? {
        guard let quote = scanner.next() else { return nil }
        let isBasic = quote == UInt8(ascii: "\"")
        let isLong = scanner.peek == quote && scanner.peek(ahead: 1) == quote
        if isLong { scanner.skip(2) }
        var octets: [UInt8] = []
        while let octet = scanner.next() {
            if octet == quote {
                guard isLong else { return String(validating: octets, as: UTF8.self) }
                if scanner.peek == quote, scanner.peek(ahead: 1) == quote {
                    // up to two quotes may stand before the closing three
                    while scanner.peek(ahead: 2) == quote { scanner.skip(1) }
                    scanner.skip(2)
                    return String(validating: octets, as: UTF8.self)
                }
            } else if isBasic, octet == UInt8(ascii: "\\"), let escaped = scanner.next() {
                octets.append(escaped)
                continue
            }
            octets.append(octet)
        }
        return nil
    }
}
