import Foundation
import Testing

@testable import MailTesting

/// Every file of `Tests/Scenarios/remote`: our client against a server that a text file plays.
@Suite(.serialized) struct RemoteScenarioTests {
    static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Scenarios/remote"
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".remote") }.sorted()

    @Test(.timeLimit(.minutes(5)), arguments: names)
    func plays(_ name: String) async throws {
        let path = "\(Self.folder)/\(name)"
        let transcript = try RemoteTranscript(String(contentsOfFile: path, encoding: .utf8), name: name)
        guard let failure = try await RemotePlayer.play(transcript) else { return }
        let place = SourceLocation(fileID: "Scenarios/remote/\(name)", filePath: path, line: failure.line, column: 1)
        Issue.record("\(failure.text)", sourceLocation: place)
    }

    @Test func thereAreScenarios() { #expect(Self.names.count >= 30) }

    /// What a failure says.
    @Test(arguments: [
        ("S: 220 hi\nC: HELO *", "t:3 wanted HELO *, the client said EHLO mail.postern.test"),
        ("S: 220 hi\nC: EHLO *\nS: 250 x\nC: MAIL *\nS: 250 x\nC: RCPT *\nS: 450 x\nqueue: empty", "t:9 the queue has also *"),
        ("S: 220 hi\nC: EHLO *\nclose\nS: 250 hi", "t:5 the client never came so far"),
        ("S: 554 no\nC: QUIT", "t:3 wanted QUIT, the client said an end"),
        ("close\nqueue: bob@remote.test delivered *", "t:3 wanted bob@remote.test delivered *, the queue has *"),
        ("close\ntold: Status: 5*", "t:3 wanted Status: 5*, the sender was told *"),
    ])
    func saysWhatDoesNotHold(text: String, sentence: String) async throws {
        let failure = try await RemotePlayer.play(RemoteTranscript("send: bob@remote.test\n\(text)\n", name: "t"))
        var captures: [String: [UInt8]] = [:]
        #expect(Pattern(sentence).matches(Array((failure?.text ?? "").utf8), &captures), "\(failure?.text ?? "it held")")
    }

    @Test func doesNotReadNonsense() {
        #expect(throws: TranscriptError.self) { try RemoteTranscript("send: a@b.test\nnonsense\n", name: "t") }
    }
}
