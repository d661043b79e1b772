public import MailCore

/// What SEARCH asks, as one flat row of nodes: each group is followed by all that is in it and knows where it ends. So neither
/// reading, testing nor freeing it ever goes deeper than one function. RFC 3501 §6.4.4
///
/// Generic in its keys: the server turns those of the wire into ones that it can test at once.
public struct SearchProgram<Key: Sendable>: Sendable {
    enum Node: Sendable {
        case key(Key)
        /// The one group or key that follows, denied.
        case not
        /// All of what follows, up to the end.
        case every(end: Int)
        /// Any of what follows, up to the end.
        case any(end: Int)
    }

    /// The first is always `every`.
    private(set) var nodes: [Node]

    public var keys: some Sequence<Key> {
        nodes.lazy.compactMap { if case .key(let key) = $0 { key } else { nil } }
    }

    /// The keys that every message must meet, whatever the rest says.
    public var necessaryKeys: [Key] {
        var keys: [Key] = []
        var index = 1
        while index < nodes.count {
            switch nodes[index] {
            case .key(let key):
                keys.append(key)
                index += 1
            case .every(let end), .any(let end): index = end
            case .not: return keys
            }
        }
        return keys
    }

    /// The same program with other keys.
    public func map<T, E>(_ transform: (Key) throws(E) -> T) throws(E) -> SearchProgram<T> {
        var mapped: [SearchProgram<T>.Node] = []
        mapped.reserveCapacity(nodes.count)
        for node in nodes {
            switch node {
            case .key(let key): mapped.append(.key(try transform(key)))
            case .not: mapped.append(.not)
            case .every(let end): mapped.append(.every(end: end))
            case .any(let end): mapped.append(.any(end: end))
            }
        }
        return SearchProgram<T>(nodes: mapped)
    }
}

extension SearchProgram where Key == SearchKey {
    /// Keys and groups in one SEARCH.
    static var mostNodes: Int { 2000 }
    /// Groups, NOT and OR inside each other.
    static var deepest: Int { 100 }

    /// The dearest thing that must be at hand to decide for sure.
    public var source: SearchKey.Source { keys.reduce(.row) { max($0, $1.source) } }

    /// The groups that are still open while reading.
    private enum Open {
        /// NOT: what follows ends it.
        case not
        /// OR: two things end it.
        case or(start: Int, missing: Int)
        /// Parentheses.
        case list(start: Int)
    }

    /// Takes what follows `SEARCH SP` and the charset, up to the end. Texts must be UTF-8 (which US-ASCII is).
    public init(parsing line: inout Scanner) throws(SyntaxError) {
        nodes = [.every(end: 0)]
        var open: [Open] = []
        while true {
            guard nodes.count <= Self.mostNodes else { throw line.error(wanted: "fewer search keys") }
            guard open.count <= Self.deepest else { throw line.error(wanted: "a search that is nested less deeply") }
            if line.take(UInt8(ascii: "(")) {
                open.append(.list(start: nodes.count))
                nodes.append(.every(end: 0))
                continue
            }
            if line.take("NOT ") {
                open.append(.not)
                nodes.append(.not)
                continue
            }
            if line.take("OR ") {
                open.append(.or(start: nodes.count, missing: 2))
                nodes.append(.any(end: 0))
                continue
            }
            try appendKey(&line)
            if try !closeGroups(&open, &line) { break }
        }
        nodes[0] = .every(end: nodes.count)
    }

    /// Ends what the key just read ends; answers whether another key must follow.
    private mutating func closeGroups(_ open: inout [Open], _ line: inout Scanner) throws(SyntaxError) -> Bool {
        while let group = open.popLast() {
            switch group {
            case .not: continue
            case .or(let start, missing: 2):
                open.append(.or(start: start, missing: 1))
                try line.space()
                return true
            case .or(let start, _): nodes[start] = .any(end: nodes.count)
            case .list(let start):
                if line.take(UInt8(ascii: ")")) {
                    nodes[start] = .every(end: nodes.count)
                } else {
                    open.append(group)
                    try line.space()
                    return true
                }
            }
        }
        if line.atEnd { return false }
        try line.space()
        return true
    }

    private mutating func appendKey(_ line: inout Scanner) throws(SyntaxError) {
        if line.peek?.isASCIIDigit == true || line.peek == UInt8(ascii: "*") {
            nodes.append(.key(.numbers(try SequenceSet(parsing: &line))))
            return
        }
        switch try SearchWord(parsing: &line) {
        case .new:
            // RFC 3501 §6.4.4: NEW is RECENT UNSEEN.
            nodes += [.every(end: nodes.count + 3), .key(.flag(.recent)), .key(.notFlag(.seen))]
        case .key(let key): nodes.append(.key(key))
        }
    }
}
