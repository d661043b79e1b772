import MailCore

/// `Mon, 02 Jan 2006 15:04:05 +0000` — RFC 5322 §3.3
public enum HeaderDate {
    /// Unix seconds; `nil` when it is no date. The obsolete forms (RFC 5322 §4.3) are read too: short years, named zones,
    /// comments and white space anywhere; also what C's `asctime` writes, and a date without time or zone (midnight, UTC).
    public static func parse(_ bytes: some Collection<UInt8>) -> Int64? {
        bytes.withOctets { WrittenDate(parsing: $0)?.unix }
    }

    /// The form that RFC 5322 §3.3 wants to be written. Years are kept between 1 and 9999.
    public static func format(_ unix: Int64, zoneMinutes: Int = 0) -> String {
        let zone = max(-5999, min(5999, zoneMinutes))
        let local = max(-62_135_596_800, min(253_402_300_799, unix)) + Int64(zone) * 60
        let time = Int(local - WrittenDate.floor(local, 86400) * 86400)
        let day = CalendarDay(number: WrittenDate.floor(local, 86400))
        let clock = "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))"
        let year = String(repeating: "0", count: max(0, 4 - String(day.year).count)) + String(day.year)
        let offset = (zone < 0 ? "-" : "+") + two(abs(zone) / 60) + two(abs(zone) % 60)
        return "\(day.weekday), \(two(day.day)) \(CalendarDay.months[day.month - 1]) \(year) \(clock) \(offset)"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
