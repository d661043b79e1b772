import IMAPWire
import MailCore

/// Any octets are a command, a mailbox' name, a pattern, a set, a structure: nothing may trap or take long, and what is read must
/// be what was meant.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIMAPWire(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    readCommands(octets)
    readName(octets)
    matchPattern(octets)
    readSets(octets)
    readStructure(octets)
    return 0
}

/// Every line as a command, with the grammar of the command that it names; literals stand inline.
private func readCommands(_ octets: [UInt8]) {
    _ = LiteralAnnouncement(endOf: octets)
    _ = CommandHead.tag(of: octets)
    var line = Scanner(octets)
    guard let head = try? CommandHead(parsing: &line) else { return }
    precondition(head.tag.count <= CommandHead.longestTag && !head.tag.isEmpty, "a tag is within its bounds")
    guard line.take(UInt8(ascii: " ")) else { return }
    switch head.name {
    case "FETCH", "STORE", "COPY", "MOVE", "EXPUNGE": readMessages(line, head.name)
    case "SEARCH": readSearch(line)
    case "LIST", "LSUB":
        if let request = try? ListRequest(parsing: &line) { precondition(!request.patterns.isEmpty, "LIST asks for something") }
    case "STATUS":
        _ = try? line.astring()
        _ = line.take(UInt8(ascii: " "))
        if let items = try? line.statusItems() { precondition(Set(items).count == items.count, "nothing is told twice") }
    case "CREATE":
        _ = try? line.astring()
        _ = line.take(" (USE (")
        _ = try? SpecialUseName.parse(&line)
    default:
        while (try? line.astring()) != nil, line.take(UInt8(ascii: " ")) {}
        _ = try? line.flagList()
        _ = line.take(UInt8(ascii: " "))
        if let date = try? line.internalDate(), date > -62_135_596_800, date < 253_402_300_800 {
            precondition(InternalDate.text(date).count == 26, "a date has its length")
        }
    }
}

private func readMessages(_ arguments: Scanner, _ name: String) {
    var line = arguments
    guard (try? SequenceSet(parsing: &line)) != nil, line.take(UInt8(ascii: " ")) else { return }
    if name == "STORE" {
        _ = line.take("+FLAGS ")
        if let flags = try? line.flagList() { precondition(Set(flags).count == flags.count, "no flag is told twice") }
        return
    }
    guard let items = try? line.fetchItems() else { return }
    precondition(!items.isEmpty && items.count <= FetchItem.most, "FETCH asks for something, and not for everything")
    for case .section(let section, _, _) in items {
        var again = Scanner(Array("[".utf8) + section.description + Array("]".utf8))
        precondition((try? BodySection(parsing: &again)) == section, "a section that was read is written as itself")
    }
}

private func readSearch(_ arguments: Scanner) {
    var line = arguments
    guard let program = try? SearchProgram(parsing: &line) else { return }
    precondition(line.atEnd, "a search is read to its end")
    // Keys that stand for true, false and unknown: the same program with unknown ones may not decide otherwise.
    func value(_ key: SearchKey) -> Bool {
        switch key {
        case .flag, .numbers, .envelope, .larger: true
        default: false
        }
    }
    let whole = program.evaluate { value($0) }
    precondition(whole != nil, "what is known of every key decides the search")
    let part = program.evaluate { $0.source == .row ? value($0) : nil }
    precondition(part == nil || part == whole, "what decides a search early decides it rightly")
    let mapped = program.map { value($0) }
    precondition(mapped.evaluate { $0 } == whole, "other keys, the same program")
    if whole == true { precondition(mapped.necessaryKeys.allSatisfy { $0 }, "what is found meets all that is necessary") }
}

private func readName(_ octets: [UInt8]) {
    if let text = ModifiedUTF7.decode(octets) {
        precondition(ModifiedUTF7.encode(text) == octets, "a name has one spelling")
    }
    let text = String(decoding: octets, as: UTF8.self)
    precondition(ModifiedUTF7.decode(ModifiedUTF7.encode(text))?.utf8.elementsEqual(text.utf8) != false, "any text survives")
    if let name = MailboxName(wire: octets) {
        precondition(name.text.utf8.count <= MailboxName.longestName, "a name is within its bounds")
        precondition(MailboxName(wire: ModifiedUTF7.encode(name.text)) == name, "a name is itself")
        precondition(ListPattern(name.text)?.matches(name.text) != false, "a name matches itself")
        for parent in MailboxName.parents(of: name.text) { precondition(name.text.hasPrefix(parent), "a parent is a beginning") }
    }
    _ = IMAPString.encode(octets.filter { $0 != 0 })
}

/// The octets before the first line feed are the pattern, the others the name.
private func matchPattern(_ octets: [UInt8]) {
    let parts = octets.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count <= 2000, let pattern = ListPattern(reference: [], pattern: Array(parts[0])) else { return }
    let name = String(decoding: parts[1], as: UTF8.self)
    let matches = pattern.matches(name)
    if parts[0] == [UInt8(ascii: "*")] { precondition(matches, "* is anything") }
    guard let text = ModifiedUTF7.decode(parts[0]), !name.uppercased().hasPrefix("INBOX") else { return }
    precondition(matches == plainlyMatches(Array(text.utf8), Array(name.utf8)), "the matcher is the definition")
}

/// The definition, by a table of all places in the pattern for each place in the name.
private func plainlyMatches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    guard pattern.count * name.count < 200_000 else {
        return ListPattern(String(decoding: pattern, as: UTF8.self))?.matches(String(decoding: name, as: UTF8.self)) ?? false
    }
    var reached = [Bool](repeating: false, count: pattern.count + 1)
    reached[0] = true
    func close(_ row: inout [Bool]) {
        for place in pattern.indices where row[place] && (pattern[place] == UInt8(ascii: "*") || pattern[place] == UInt8(ascii: "%")) {
            row[place + 1] = true
        }
    }
    close(&reached)
    for octet in name {
        var next = [Bool](repeating: false, count: pattern.count + 1)
        for place in pattern.indices where reached[place] {
            switch pattern[place] {
            case UInt8(ascii: "*"): next[place] = true
            case UInt8(ascii: "%"): if octet != MailboxName.separator { next[place] = true }
            default: if pattern[place] == octet { next[place + 1] = true }
            }
        }
        reached = next
        close(&reached)
    }
    return reached[pattern.count]
}

private func readSets(_ octets: [UInt8]) {
    var line = Scanner(octets)
    guard let set = try? SequenceSet(parsing: &line) else { return }
    for last: UInt32 in [0, 1, 7, 1000, .max] {
        let ranges = set.resolved(last: last)
        for (one, next) in zip(ranges, ranges.dropFirst()) {
            precondition(one.upperBound < next.lowerBound - 1, "ranges ascend and do not touch")
        }
        if !ranges.isEmpty {
            var again = Scanner(ranges.sequenceText)
            precondition((try? SequenceSet(parsing: &again))?.resolved(last: last) == ranges, "a set is itself")
        }
    }
    // The same numbers as UIDs of a mailbox, from which some are taken.
    let uids = set.resolved(last: 500).flatMap { Array($0.prefix(50)) }
    var numbers = SequenceNumbers(ascending: uids)
    precondition(numbers.count == uids.count, "every UID has a number")
    let gone = uids.enumerated().filter { ($0.offset ^ octets.count) % 3 == 0 }
    precondition(numbers.remove(gone.map(\.element)) == gone.map { $0.offset + 1 }, "what goes had its number")
    let left = uids.enumerated().filter { ($0.offset ^ octets.count) % 3 != 0 }.map(\.element)
    for (index, uid) in left.enumerated() {
        precondition(numbers.number(of: uid) == index + 1 && numbers.uid(at: index + 1) == uid, "what stays closes up")
    }
}

private func readStructure(_ octets: [UInt8]) {
    guard let body = StructureText.withoutExtensions(octets) else { return }
    precondition(body.count <= octets.count, "leaving out adds nothing")
    precondition(StructureText.withoutExtensions(body) == body, "what has no extensions stays as it is")
}
