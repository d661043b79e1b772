import MailCore

/// Takes the members of an address list one by one, whatever shape it has: what is no address by the grammar still becomes the
/// nearest thing. RFC 5322 §3.4, §4.4
///
/// One scanner serves many lists, so that its buffers are made once: `begin(_:)`, then `next()` until it is `nil`, as long as the
/// list's octets are there. One entry of a list, word by word:
///
///     meets              becomes
///     ","  ";"  end      mailbox, or nothing when there was nothing
///     ":"                start of a group, named by the words before
///     "<"                mailbox in angle brackets, named by the words before
///     "@"                bare mailbox, its local part the word before
///     ";"  end           in a group: its end
struct AddressScanner {
    enum Member { case mailbox, groupStart, groupEnd }

    /// The display name, or the group's name; unquoted, encoded words as they are; empty when there is none.
    private(set) var name: [UInt8] = []
    /// `@a,@b` of an obsolete source route; empty when there is none. RFC 5322 §4.4
    private(set) var route: [UInt8] = []
    /// Unquoted.
    private(set) var localPart: [UInt8] = []
    private(set) var domain: [UInt8] = []

    /// All words before an angle bracket or a colon, each gap as one space.
    private var phrase: [UInt8] = []
    /// The last word, with those that dots tie to it: the local part if an `@` follows. RFC 5322 §4.4 allows gaps around dots.
    private var word: [UInt8] = []
    /// Where `word` begins in `phrase`.
    private var wordStart = 0
    /// Where in `phrase` the words end that name a bare mailbox.
    private var nameEnd = 0
    private var comment: Range<Int>?
    private var hasAngle = false
    private var hasDomain = false
    private var inGroup = false
    private var groupEnds = false
    private var scanner = FieldScanner(UnsafeRawBufferPointer(start: nil, count: 0))

    /// Begins with another list; what came before is forgotten.
    mutating func begin(_ list: UnsafeRawBufferPointer) {
        scanner = FieldScanner(list)
        inGroup = false
        groupEnds = false
    }

    /// The next member, its parts in `name`, `route`, `localPart` and `domain`.
    mutating func next() -> Member? {
        while true {
            if groupEnds || inGroup && scanner.atEnd {
                groupEnds = false
                inGroup = false
                return .groupEnd
            }
            guard !scanner.atEnd else { return nil }
            if let member = takeEntry() { return member }
        }
    }

    /// One entry with its separator; `nil` when there was nothing in it.
    private mutating func takeEntry() -> Member? {
        forget()
        while true {
            let isApart = skipGap()
            guard let octet = scanner.peek else { break }
            switch octet {
            case UInt8(ascii: ","):
                scanner.skip()
                return mailbox()
            case UInt8(ascii: ";"):
                // Outside a group it separates too: some programs write their lists so.
                scanner.skip()
                groupEnds = inGroup
                return mailbox()
            case _ where hasAngle:
                // Words after the angle bracket mean nothing.
                scanner.takeText(into: &word)
            case UInt8(ascii: "<"):
                scanner.skip()
                takeAngle()
            case UInt8(ascii: ":") where !inGroup && !hasDomain:
                scanner.skip()
                inGroup = true
                swap(&name, &phrase)
                return .groupStart
            case UInt8(ascii: "@"):
                takeBareDomain()
            default:
                takeWord(isApart: isApart)
            }
        }
        return mailbox()
    }

    private mutating func forget() {
        name.removeAll(keepingCapacity: true)
        route.removeAll(keepingCapacity: true)
        localPart.removeAll(keepingCapacity: true)
        domain.removeAll(keepingCapacity: true)
        phrase.removeAll(keepingCapacity: true)
        word.removeAll(keepingCapacity: true)
        wordStart = 0
        comment = nil
        hasAngle = false
        hasDomain = false
    }

    /// What has been taken is a mailbox, if it is anything.
    private mutating func mailbox() -> Member? {
        guard hasAngle || hasDomain || !phrase.isEmpty else { return nil }
        if !hasAngle, hasDomain {
            name.append(contentsOf: phrase[..<nameEnd])
            if name.last == 32 { name.removeLast() }
        } else if !hasAngle {
            swap(&localPart, &phrase)
        }
        if name.isEmpty, let comment {
            // `jane@example.org (Jane)`, the form before there were display names. RFC 5322 §3.4
            scanner.takeComment(comment, into: &name)
        }
        return .mailbox
    }

    private mutating func skipGap() -> Bool {
        let gap = scanner.skipGap()
        if let inside = gap.comment { comment = inside }
        return !gap.isEmpty
    }

    private mutating func takeWord(isApart: Bool) {
        if isApart, !phrase.isEmpty {
            let isTied = phrase.last == UInt8(ascii: ".") || scanner.peek == UInt8(ascii: ".")
            phrase.append(32)
            if !isTied || word.isEmpty {
                word.removeAll(keepingCapacity: true)
                wordStart = phrase.count
            }
        }
        let before = phrase.count
        scanner.takeText(into: &phrase)
        word.append(contentsOf: phrase[before...])
    }

    /// `@` and a domain; what stood before the last word is the name. An `@` directly after a domain makes that a part of the local
    /// part; another word and `@` begin the address anew.
    private mutating func takeBareDomain() {
        scanner.skip()
        if hasDomain, word.isEmpty {
            localPart.append(UInt8(ascii: "@"))
            localPart.append(contentsOf: domain)
        } else {
            hasDomain = true
            localPart.removeAll(keepingCapacity: true)
            swap(&localPart, &word)
            nameEnd = wordStart
        }
        domain.removeAll(keepingCapacity: true)
        takeDomain()
        phrase.append(UInt8(ascii: "@"))
        phrase.append(contentsOf: domain)
    }

    /// Words as long as dots tie them, or a literal in brackets. RFC 5322 §3.4.1
    private mutating func takeDomain() {
        while true {
            var ahead = scanner
            let gap = ahead.skipGap()
            guard let octet = ahead.peek, octet == UInt8(ascii: "[") || octet.isAddressText else { return }
            let isTied = domain.isEmpty || domain.last == UInt8(ascii: ".") || octet == UInt8(ascii: ".")
            guard gap.isEmpty || isTied else { return }
            scanner = ahead
            if let inside = gap.comment { comment = inside }
            if octet == UInt8(ascii: "[") {
                scanner.takeDomainLiteral(into: &domain)
            } else {
                domain.append(contentsOf: scanner.take { $0.isAddressText })
            }
        }
    }

    /// What stands between `<` and `>`; a missing `>` is supplied before the next separator.
    private mutating func takeAngle() {
        hasAngle = true
        swap(&name, &phrase)
        localPart.removeAll(keepingCapacity: true)
        domain.removeAll(keepingCapacity: true)
        scanner.takeRoute(into: &route)
        var inDomain = false
        while true {
            _ = skipGap()
            guard let octet = scanner.peek else { return }
            switch octet {
            case UInt8(ascii: ","), UInt8(ascii: ";"):
                return
            case UInt8(ascii: ">"):
                scanner.skip()
                return
            case UInt8(ascii: "<"):
                // The inner one of two counts.
                scanner.skip()
                localPart.removeAll(keepingCapacity: true)
                domain.removeAll(keepingCapacity: true)
                inDomain = false
            case UInt8(ascii: "@"):
                scanner.skip()
                if inDomain {
                    localPart.append(UInt8(ascii: "@"))
                    localPart.append(contentsOf: domain)
                    domain.removeAll(keepingCapacity: true)
                }
                inDomain = true
            case UInt8(ascii: "[") where inDomain:
                scanner.takeDomainLiteral(into: &domain)
            case _ where inDomain:
                scanner.takeText(into: &domain)
            default:
                scanner.takeText(into: &localPart)
            }
        }
    }
}
