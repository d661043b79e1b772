import Testing

@testable import Certificates

/// When an operator hears that a certificate ends.
@Suite struct ExpiryTests {
    static let day: Int64 = 86_400

    /// Looked at every hour from 40 days before the end to 3 days after it.
    @Test func aWholeLife() {
        let end = 1_000 * Self.day
        var last: ExpiryNotice?
        var heard: [String] = []
        for now in stride(from: end - 40 * Self.day, through: end + 3 * Self.day, by: 3600) {
            guard let due = ExpiryNotice.due(forEnd: end, at: now, after: last) else { continue }
            last = due
            heard.append("\(due.days) at \((end - now) / Self.day)")
        }
        #expect(heard == ["30 at 30", "14 at 14", "7 at 7", "1 at 1", "0 at 0", "0 at -1", "0 at -2"])
    }

    @Test(arguments: [(31 * day, nil), (30 * day, 30), (20 * day, 30), (3 * day, 7), (0, 1), (-1, 0), (-1000 * day, 0)])
    func theFirstLook(left: Int64, days: Int?) {
        #expect(ExpiryNotice.due(forEnd: left, at: 0, after: nil)?.days == days)
    }

    @Test(arguments: [
        (30 * day + 1, nil), (30 * day, "The certificate x ends on 1970-01-31, in 30 days; renew it."),
        (2 * day - 1, "The certificate x ends on 1970-01-02, in 1 day; renew it."),
        (day - 1, "The certificate x ends on 1970-01-01, within a day; renew it."),
        (-1, "The certificate x has expired on 1969-12-31, and mail programs refuse it; renew it."),
    ]) func sentences(left: Int64, sentence: String?) throws {
        let pairs = try SelfSigned.make(name: "x", hostName: "x.example", days: 90, at: left - 90 * Self.day).pairs
        let held = HeldCertificate(name: "x", inForce: try CheckedCertificate(name: "x", pairs: [pairs[0]]))
        #expect(held.warnings(at: 0) == [sentence].compactMap { $0 })
    }
}
