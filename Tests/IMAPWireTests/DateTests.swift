import IMAPWire
import MailCore
import Testing

@Suite struct DateTests {
    @Test(arguments: [
        ("\"17-Jul-1996 02:44:25 -0700\"", 837_596_665), ("\" 7-Feb-1994 22:43:04 +0000\"", 760_660_984),
        ("\"01-Jan-1970 00:00:00 +0000\"", 0),
        ("\"31-Dec-1969 23:59:59 +0000\"", -1), ("\"29-Feb-2024 12:00:00 +0530\"", 1_709_188_200),
        ("\"7-Feb-1994 22:43:04 +0000\"", 760_660_984),
        ("\"31-Dec-9999 23:59:59 -2359\"", 253_402_387_139),
    ])
    func internalDates(text: String, unix: Int64) throws {
        var scanner = Scanner(text)
        #expect(try scanner.internalDate() == unix)
        #expect(scanner.atEnd)
    }

    @Test(arguments: [
        "\"30-Feb-2024 00:00:00 +0000\"", "\"1-Foo-2024 00:00:00 +0000\"", "\"1-Jan-24 00:00:00 +0000\"", "\"1-Jan-2024 24:00:00 +0000\"",
        "\"1-Jan-2024 00:60:00 +0000\"", "\"1-Jan-2024 0:00:00 +0000\"", "\"1-Jan-2024 00:00:00 GMT\"", "1-Jan-2024 00:00:00 +0000",
        "\"29-Feb-2023 00:00:00 +0000\"", "\"0-Jan-2023 00:00:00 +0000\"", "\"1-Jan-0000 00:00:00 +0000\"",
    ])
    func noInternalDates(text: String) {
        var scanner = Scanner(text)
        #expect((try? scanner.internalDate()) == nil)
    }

    @Test(arguments: [
        (837_596_665, "17-Jul-1996 09:44:25 +0000"), (0, " 1-Jan-1970 00:00:00 +0000"), (-1, "31-Dec-1969 23:59:59 +0000"),
        (1_709_208_000, "29-Feb-2024 12:00:00 +0000"), (253_402_300_799, "31-Dec-9999 23:59:59 +0000"),
    ])
    func internalDatesAreWritten(unix: Int64, text: String) {
        #expect(String(decoding: InternalDate.text(unix), as: UTF8.self) == text)
    }

    @Test func everyDayIsItself() {
        for number in stride(from: -719_162, through: 2_932_896, by: 97) {
            let (year, month, day) = CalendarDay(number: number).parts
            #expect(CalendarDay(year: year, month: month, day: day)?.number == number)
        }
    }

    @Test func instantsFallOnDays() {
        #expect(CalendarDay(containing: 86399).number == 0)
        #expect(CalendarDay(containing: 86400).number == 1)
        #expect(CalendarDay(containing: -1).number == -1)
        #expect(CalendarDay(containing: -86400).number == -1)
        #expect(CalendarDay(containing: -86401).number == -2)
    }
}
