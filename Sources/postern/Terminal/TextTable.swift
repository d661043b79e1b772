internal import MailCore

/// Rows in columns, for a terminal: two blanks between columns, none behind the last.
struct TextTable {
    private let rows: [[String]]

    init(_ head: [String], _ rows: [[String]]) { self.rows = [head] + rows }

    /// Facts with their names, `Name: value`.
    init(facts: [(name: String, value: String)]) { rows = facts.map { [$0.name + ":", $0.value] } }

    var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += column == 0 ? cell : "  " + cell
                if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count) }
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

/// Numbers as people read them.
enum Readable {
    /// `512 B`, `1.5 KiB`, `20.0 GiB`.
    static func bytes(_ count: Int) -> String { ByteCount(count).readable }

    /// `10.0 GiB free of 64.0 GiB`, of a drive; one without a size is away.
    static func space(free: Int, of total: Int) -> String { total > 0 ? "\(bytes(free)) free of \(bytes(total))" : "not there" }

    /// The two largest parts: `3d 4h`, `12m 5s`.
    static func seconds(_ count: Int) -> String {
        var rest = count
        var parts: [String] = []
        for (name, size) in [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)] {
            if rest >= size || (size == 1 && parts.isEmpty) { parts.append("\(rest / size)\(name)") }
            rest %= size
        }
        return parts.prefix(2).joined(separator: " ")
    }
}
