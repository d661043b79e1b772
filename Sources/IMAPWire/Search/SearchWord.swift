import MailCore

/// One search key by its name. RFC 3501 §9 `search-key`
enum SearchWord {
    case key(SearchKey)
    /// Two keys in one word.
    case new

    init(parsing line: inout Scanner) throws(SyntaxError) {
        let start = line.position
        let word = String(decoding: line.take { $0.isASCIILetter }.map(\.asciiUppercased), as: UTF8.self)
        if let flag = Self.flags[word] {
            self = .key(flag)
            return
        }
        switch word {
        case "NEW":
            self = .new
            return
        case "BCC": self = .key(.envelope(.bcc, try line.searchText()))
        case "BEFORE": self = .key(.internalDate(.before(try line.searchDay())))
        case "BODY": self = .key(.body(try line.searchText()))
        case "CC": self = .key(.envelope(.cc, try line.searchText()))
        case "FROM": self = .key(.envelope(.from, try line.searchText()))
        case "HEADER":
            let name = try line.searchText()
            self = .key(.header(name: name, try line.searchText()))
        case "KEYWORD": self = .key(.flag(try line.searchKeyword()))
        case "LARGER": self = .key(.larger(try line.searchNumber()))
        case "ON": self = .key(.internalDate(.on(try line.searchDay())))
        case "SENTBEFORE": self = .key(.sentDate(.before(try line.searchDay())))
        case "SENTON": self = .key(.sentDate(.on(try line.searchDay())))
        case "SENTSINCE": self = .key(.sentDate(.since(try line.searchDay())))
        case "SINCE": self = .key(.internalDate(.since(try line.searchDay())))
        case "SMALLER": self = .key(.smaller(try line.searchNumber()))
        case "SUBJECT": self = .key(.envelope(.subject, try line.searchText()))
        case "TEXT": self = .key(.text(try line.searchText()))
        case "TO": self = .key(.envelope(.to, try line.searchText()))
        case "UID":
            try line.space()
            self = .key(.uids(try SequenceSet(parsing: &line)))
        case "UNKEYWORD":
            guard case .keyword(let name) = try line.searchKeyword() else { throw line.error(wanted: "a keyword") }
            self = .key(.notFlag(.keyword(name)))
        default: throw SyntaxError(wanted: "a search key", offset: start)
        }
    }

    /// The keys that stand alone.
    private static let flags: [String: SearchKey] = [
        "ALL": .all, "ANSWERED": .flag(.answered), "DELETED": .flag(.deleted), "DRAFT": .flag(.draft), "FLAGGED": .flag(.flagged),
        "RECENT": .flag(.recent), "SEEN": .flag(.seen), "UNANSWERED": .notFlag(.answered), "UNDELETED": .notFlag(.deleted),
        "UNDRAFT": .notFlag(.draft), "UNFLAGGED": .notFlag(.flagged), "UNSEEN": .notFlag(.seen), "OLD": .notFlag(.recent),
    ]
}

extension Scanner {
    fileprivate mutating func searchText() throws(SyntaxError) -> [UInt8] {
        try space()
        let start = position
        let text = try astring()
        guard String(validating: text, as: UTF8.self) != nil else { throw SyntaxError(wanted: "UTF-8", offset: start) }
        return text
    }

    fileprivate mutating func searchDay() throws(SyntaxError) -> CalendarDay {
        try space()
        return try calendarDay()
    }

    fileprivate mutating func searchNumber() throws(SyntaxError) -> UInt32 {
        try space()
        return try number32()
    }

    /// RFC 3501 §9 `flag-keyword`.
    fileprivate mutating func searchKeyword() throws(SyntaxError) -> FlagName {
        try space()
        return .keyword(String(decoding: try atom(), as: UTF8.self))
    }
}
