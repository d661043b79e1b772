import Logging
import Testing

@testable import Host

struct JournalRepetitionTests {
    static func fact(_ text: String, _ event: String = "world-failed", peer: String? = nil, message: String? = nil) -> JournalFact {
        var metadata: Logger.Metadata = ["event": "\(event)"]
        metadata["peer"] = peer.map { "\($0)" }
        metadata["message"] = message.map { "\($0)" }
        return JournalFact(level: .error, message: text, metadata: metadata)
    }

    @Test func aFloodBecomesTenLinesAndACount() {
        let repetition = JournalRepetition()
        var written: [String] = []
        for second in 0..<130 {
            for port in 0..<5 {
                written += repetition.admit(Self.fact("no", peer: "192.0.2.1:\(second * 5 + port)"), at: 1000 + second).map(\.message)
            }
        }
        #expect(written.count == 32)
        #expect(written.filter { $0 != "no" } == Array(repeating: "no (290 more such lines within a minute)", count: 2))
    }

    /// The count is told by whatever line comes next.
    @Test func theCountIsNotForgotten() {
        let repetition = JournalRepetition()
        for _ in 0..<11 { _ = repetition.admit(Self.fact("no"), at: 1) }
        #expect(repetition.admit(Self.fact("other"), at: 30).map(\.message) == ["other"])
        #expect(repetition.admit(Self.fact("other"), at: 61).map(\.message) == ["no (1 more such line within a minute)", "other"])
        #expect(repetition.admit(Self.fact("no"), at: 62).map(\.message) == ["no"])
    }

    @Test func othersAreNotTouched() {
        let repetition = JournalRepetition()
        for number in 0..<100 {
            #expect(repetition.admit(Self.fact("text \(number)"), at: 1).count == 1)
            #expect(repetition.admit(Self.fact("no", peer: "192.0.2.\(number):25"), at: 1).count == 1)
            #expect(repetition.admit(Self.fact("stored", "message-accepted", message: "4xk9"), at: 1).count == 1)
            #expect(repetition.admit(Self.fact("in", "login-succeeded", peer: "192.0.2.1:1"), at: 1).count == 1)
        }
    }

    @Test func memoryIsBounded() {
        let repetition = JournalRepetition()
        for _ in 0..<20 { _ = repetition.admit(Self.fact("first"), at: 1) }
        var lines: [String] = []
        for number in 0..<1500 { lines += repetition.admit(Self.fact("text \(number)"), at: 2).map(\.message) }
        #expect(lines.count == 1501)
        #expect(lines.contains("first (10 more such lines within a minute)"))
    }
}
