import MailCore

/// Packs against what the index says of them.
extension StoreSnapshot {
    /// Packs that the index points to and that are not there, or end too soon, those that it counts wrong, an open one of which it knows the
    /// end wrong, and messages that it puts where there can be none.
    func packFindings() throws -> [String] {
        var findings: [String] = []
        var nowhere = 0
        var counted = try countedPacks()
        let open = counted.keys.max()
        // What a damaged index calls sizes may add up to any number: a total has no end.
        let select = try connection.statement(
            "SELECT pack, count(*), total(size), max(offset + size), total(pack < 1 OR offset < 0 OR size < 0) FROM message GROUP BY pack")
        try select.each { row in
            let (pack, end) = (row.int64(0), row.int64(3))
            let found = PackCount(messages: row.int(1), bytes: row.int(2))
            nowhere += row.int(4)
            let size = packs.size(of: pack)
            if size == 0 {
                findings.append("\(PackName.file(pack)) is missing; \(found.messages) messages lie in it.")
            } else if size < end {
                findings.append("\(PackName.file(pack)) ends at \(size), not at \(end).")
            }
            guard let (counts, written) = counted.removeValue(forKey: pack) else {
                findings.append("\(PackName.file(pack)) is not in the index's list of packs; \(found.messages) messages lie in it.")
                return true
            }
            if counts != found { findings.append("\(PackName.file(pack)) counts \(counts) and has \(found).") }
            // After a clean end the open pack is gone on with from there, over whatever lies behind it.
            if pack == open, written < end {
                findings.append("\(PackName.file(pack)) counts as written up to \(written), not up to \(end).")
            }
            return true
        }
        for (pack, (counts, _)) in counted.sorted(by: { $0.key < $1.key }) where counts != PackCount() {
            findings.append("\(PackName.file(pack)) counts \(counts) and has \(PackCount()).")
        }
        if nowhere > 0 { findings.append("\(nowhere) messages lie where nothing can.") }
        return findings
    }

    /// What the index's list of packs says of each.
    private func countedPacks() throws(StoreError) -> [Int64: (PackCount, written: Int64)] {
        let rows = try connection.statement("SELECT id, messages, live, bytes FROM pack").all {
            ($0.int64(0), (PackCount(messages: $0.int(1), bytes: $0.int(2)), written: $0.int64(3)))
        }
        return Dictionary(rows) { first, _ in first }
    }
}

/// What lies in a pack that is still wanted: messages, and their octets.
private struct PackCount: Equatable, CustomStringConvertible {
    var messages = 0
    var bytes = 0

    var description: String { "\(messages)/\(bytes)" }
}
