import MailCore

/// A Date field's value as its writer saw it. RFC 5322 §3.3, §4.3
///
///     [ day-name [","] ] day month year [time [zone]]
///     [ day-name ] month day [","] ( year [time [zone]] / time [zone] year )      C's asctime and its kin
struct WrittenDate {
    /// Days since 1970-01-01, in the writer's zone.
    var day: Int64
    /// Seconds since midnight, in the writer's zone; 86,400 in a leap second.
    var time: Int
    /// Minutes east of Greenwich.
    var zone: Int

    var unix: Int64 { day * 86400 + Int64(time) - Int64(zone) * 60 }

    /// Division towards minus infinity.
    static func floor(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((b - 1 - a) / b) }

    init?(parsing bytes: UnsafeRawBufferPointer) {
        var scanner = FieldScanner(bytes)
        // Up to two words before the number: the day's name, or a month, or both.
        let first = scanner.dateWord()
        let nameEnds = scanner.skipGap(and: ",.")
        let second = scanner.dateWord()
        _ = scanner.skipGap(and: ",.")
        guard let day = scanner.dateNumber(digits: 1...2) else { return nil }
        _ = scanner.skipGap(and: ",.-/")
        let third = scanner.dateWord()
        guard let month = (third ?? second ?? (nameEnds ? nil : first))?.month else { return nil }
        _ = scanner.skipGap(and: ",.-/")
        var time = scanner.timeOfDay()
        var zone = time == nil ? nil : scanner.zone()
        _ = scanner.skipGap(and: ",")
        guard let year = scanner.year() else { return nil }
        _ = scanner.skipGap(and: ",")
        if time == nil {
            time = scanner.timeOfDay()
            if time == nil, scanner.looksLikeTime { return nil }
        }
        if zone == nil { zone = scanner.zone() }
        guard let calendarDay = CalendarDay(year: year, month: month, day: day) else { return nil }
        self.day = calendarDay.number
        self.time = time ?? 0
        self.zone = zone ?? 0
    }
}

/// The first three letters of a word, in lower case.
private struct DateWord {
    var letters: (UInt8, UInt8, UInt8)

    /// 1…12
    var month: Int? {
        switch letters {
        case (106, 97, 110): 1
        case (102, 101, 98): 2
        case (109, 97, 114): 3
        case (97, 112, 114): 4
        case (109, 97, 121): 5
        case (106, 117, 110): 6
        case (106, 117, 108): 7
        case (97, 117, 103): 8
        case (115, 101, 112): 9
        case (111, 99, 116): 10
        case (110, 111, 118): 11
        case (100, 101, 99): 12
        default: nil
        }
    }
}

extension FieldScanner {
    /// Skips white space, comments and these marks; returns whether there was a mark.
    fileprivate mutating func skipGap(and marks: StaticString) -> Bool {
        var found = false
        skipGap()
        while let octet = peek, (0..<marks.utf8CodeUnitCount).contains(where: { marks.utf8Start[$0] == octet }) {
            found = true
            skip()
            skipGap()
        }
        return found
    }

    /// A run of letters, if one comes next.
    fileprivate mutating func dateWord() -> DateWord? {
        skipGap()
        let word = take { $0.isASCIILetter }
        guard !word.isEmpty else { return nil }
        guard word.count >= 3 else { return DateWord(letters: (0, 0, 0)) }
        return DateWord(letters: (word[0].asciiLowercased, word[1].asciiLowercased, word[2].asciiLowercased))
    }

    /// A number of so many digits, if it comes next.
    fileprivate mutating func dateNumber(digits: ClosedRange<Int>) -> Int? {
        skipGap()
        var ahead = self
        let run = ahead.take { $0.isASCIIDigit }
        guard digits.contains(run.count) else { return nil }
        self = ahead
        return run.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// RFC 5322 §4.3: two digits below 50 are of this century, other short years of the last one.
    fileprivate mutating func year() -> Int? {
        skipGap()
        var ahead = self
        let digits = ahead.take { $0.isASCIIDigit }.count
        guard let number = dateNumber(digits: 2...4) else { return nil }
        if digits == 4 { return number >= 1900 ? number : nil }
        return digits == 2 && number < 50 ? number + 2000 : number + 1900
    }

    /// Whether a number and a colon come next.
    fileprivate var looksLikeTime: Bool {
        var ahead = self
        guard ahead.dateNumber(digits: 1...2) != nil else { return false }
        ahead.skipGap()
        return ahead.peek == UInt8(ascii: ":")
    }

    /// `hour ":" minute [":" second]` in seconds; nothing is taken when it is not there or out of range.
    fileprivate mutating func timeOfDay() -> Int? {
        guard looksLikeTime else { return nil }
        var ahead = self
        guard let hour = ahead.dateNumber(digits: 1...2), hour < 24 else { return nil }
        ahead.skipGap()
        ahead.skip()
        guard let minute = ahead.dateNumber(digits: 1...2), minute < 60 else { return nil }
        ahead.skipGap()
        var second = 0
        if ahead.take(UInt8(ascii: ":")) {
            // 60 is a leap second. RFC 5322 §3.3
            guard let number = ahead.dateNumber(digits: 1...2), number <= 60 else { return nil }
            second = number
            if ahead.take(UInt8(ascii: ".")) { _ = ahead.take { $0.isASCIIDigit } }
        }
        self = ahead
        return hour * 3600 + minute * 60 + second
    }

    /// `+0130`, `EST`, `GMT+1`: minutes east of Greenwich; a name that nobody knows means UTC. RFC 5322 §4.3
    fileprivate mutating func zone() -> Int? {
        skipGap()
        let name = take { $0.isASCIILetter }
        let named: Int? =
            switch name.count {
            case 0: nil
            case 3 where name.isText("edt"): -4 * 60
            case 3 where name.isText("est") || name.isText("cdt"): -5 * 60
            case 3 where name.isText("cst") || name.isText("mdt"): -6 * 60
            case 3 where name.isText("mst") || name.isText("pdt"): -7 * 60
            case 3 where name.isText("pst"): -8 * 60
            default: 0
            }
        let isWest = peek == UInt8(ascii: "-")
        guard isWest || peek == UInt8(ascii: "+") else { return named }
        skip()
        let run = take { $0.isASCIIDigit }
        guard (1...4).contains(run.count) else { return named }
        var number = run.reduce(0) { $0 * 10 + Int($1 - 48) }
        if run.count <= 2 {
            number *= 100
            if take(UInt8(ascii: ":")), let minutes = dateNumber(digits: 2...2) { number += minutes }
        }
        guard number % 100 < 60 else { return named }
        let minutes = number / 100 * 60 + number % 100
        return isWest ? -minutes : minutes
    }
}
