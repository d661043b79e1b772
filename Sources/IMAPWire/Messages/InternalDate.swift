public import MailCore

/// When a message came, as IMAP writes it: `"17-Jul-1996 02:44:25 -0700"`. RFC 3501 §9 `date-time`
public enum InternalDate {
    /// In UTC, without quotes; 26 octets for the years 1…9999.
    public static func text(_ unix: Int64) -> [UInt8] {
        let day = CalendarDay(containing: unix)
        let second = Int(unix - Int64(day.number) * 86400)
        let (year, month, dayOfMonth) = day.parts
        var text: [UInt8] = []
        text.reserveCapacity(26)
        text.append(dayOfMonth < 10 ? UInt8(ascii: " ") : UInt8(ascii: "0") + UInt8(dayOfMonth / 10))
        text.append(UInt8(ascii: "0") + UInt8(dayOfMonth % 10))
        text.append(UInt8(ascii: "-"))
        CalendarDay.months[month - 1].withUTF8Buffer { text += $0 }
        text.append(UInt8(ascii: "-"))
        text.appendTwoDigits(year / 100 % 100)
        text.appendTwoDigits(year % 100)
        text.append(UInt8(ascii: " "))
        text.appendTwoDigits(second / 3600)
        text.append(UInt8(ascii: ":"))
        text.appendTwoDigits(second / 60 % 60)
        text.append(UInt8(ascii: ":"))
        text.appendTwoDigits(second % 60)
        text += " +0000".utf8
        return text
    }
}

extension Scanner {
    /// RFC 3501 §9 `date-time`, with its quotes, as Unix seconds.
    public mutating func internalDate() throws(SyntaxError) -> Int64 {
        try expect(UInt8(ascii: "\""))
        _ = take(UInt8(ascii: " "))
        let day = try dayMonthYear()
        try space()
        let hour = try twoDigits(upTo: 23)
        try expect(UInt8(ascii: ":"))
        let minute = try twoDigits(upTo: 59)
        try expect(UInt8(ascii: ":"))
        let second = try twoDigits(upTo: 60)
        try space()
        let isWest = take(UInt8(ascii: "-"))
        if !isWest { try expect(UInt8(ascii: "+")) }
        let zone = try twoDigits(upTo: 23) * 60 + (try twoDigits(upTo: 59))
        try expect(UInt8(ascii: "\""))
        return Int64(day.number) * 86400 + Int64(hour * 3600 + minute * 60 + second) - Int64(isWest ? -zone : zone) * 60
    }

    private mutating func twoDigits(upTo limit: Int) throws(SyntaxError) -> Int {
        guard let tens = next(), let ones = next(), tens.isASCIIDigit, ones.isASCIIDigit else { throw error(wanted: "two digits") }
        let value = Int(tens - 48) * 10 + Int(ones - 48)
        guard value <= limit else { throw error(wanted: "a number up to \(limit)") }
        return value
    }
}

extension [UInt8] {
    fileprivate mutating func appendTwoDigits(_ value: Int) {
        append(UInt8(ascii: "0") + UInt8(value / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(value % 10))
    }
}
