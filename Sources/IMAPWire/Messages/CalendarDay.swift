public import MailCore

/// A day of the calendar, without time or zone: what SEARCH compares. RFC 3501 §9 `date`
public struct CalendarDay: Hashable, Comparable, Sendable {
    /// Days since 1 January 1970.
    public let number: Int

    public init(number: Int) { self.number = number }

    /// The day on which an instant (Unix seconds) falls in UTC.
    public init(containing unix: Int64) {
        number = Int(unix >= 0 ? unix / 86400 : (unix - 86399) / 86400)
    }

    /// `nil` when there is no such day. Years 1…9999, the calendar as if it had always been Gregorian.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.length(of: month, year) else { return nil }
        // Years are counted from March, so that the leap day is the last one.
        let y = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        number = y / 400 * 146_097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + dayOfYear - 719_468
    }

    public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }

    /// Year, month (1…12) and day (1…31).
    public var parts: (year: Int, month: Int, day: Int) {
        let days = number + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
    }

    static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func length(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Scanner {
    /// RFC 3501 §9 `date`: `7-Feb-1994`, perhaps in quotes.
    public mutating func calendarDay() throws(SyntaxError) -> CalendarDay {
        let isQuoted = take(UInt8(ascii: "\""))
        let day = try dayMonthYear()
        if isQuoted { try expect(UInt8(ascii: "\"")) }
        return day
    }

    mutating func dayMonthYear() throws(SyntaxError) -> CalendarDay {
        let start = position
        let day = Int(try number(limit: 31))
        try expect(UInt8(ascii: "-"))
        let month = try month()
        try expect(UInt8(ascii: "-"))
        let digits = position
        let year = Int(try number(limit: 9999))
        guard position - digits == 4, let date = CalendarDay(year: year, month: month, day: day) else {
            throw SyntaxError(wanted: "a date", offset: start)
        }
        return date
    }

    /// A month's English short name, 1…12.
    mutating func month() throws(SyntaxError) -> Int {
        for (index, name) in CalendarDay.months.enumerated() where take(name) { return index + 1 }
        throw error(wanted: "a month")
    }
}
