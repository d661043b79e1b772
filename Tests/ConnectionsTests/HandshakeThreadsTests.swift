import Glibc
import MailSettings
import Testing

@testable import Connections

@Suite struct HandshakeThreadsTests {
    @Test func signaturesStandBehindTheLoops() async throws {
        @Sendable func priority() -> CInt { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
        let pair = try EnginePair()
        #expect(pair.client.advance().isWaiting)
        pair.server.receive(try #require(pair.client.takeToSend()))
        let before = priority()
        let (progress, there) = await withCheckedContinuation { done in
            HandshakeThreads.advance(pair.server) { done.resume(returning: ($0, priority())) }
        }
        #expect(progress.isWaiting)
        #expect(there == min(19, before + 5))
        #expect(priority() == before)
    }
}
