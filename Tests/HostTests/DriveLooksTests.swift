import Dispatch
import Synchronization
import Testing

@testable import Host

@Suite struct DriveLooksTests {
    @Test func aDriveThatHangsIsAskedOnceAndHoldsNobody() async {
        let looks = DriveLooks<Int>(patience: .milliseconds(50))
        let asked = Atomic<Int>(0)
        let returns = DispatchSemaphore(value: 0)
        let hang: @Sendable () -> Int = {
            asked.add(1, ordering: .relaxed)
            returns.wait()
            return 1
        }
        for _ in 0..<3 { #expect(await looks.look("/mnt/hangs", hang) == nil) }
        #expect(asked.load(ordering: .relaxed) == 1)
        #expect(await looks.look("/mnt/other") { 2 } == 2)
        returns.signal()
        // It answers whoever asks meanwhile, and then a look is a new one.
        var answer: Int?
        for _ in 0..<100 where answer != 3 { answer = await looks.look("/mnt/hangs") { 3 } }
        #expect(answer == 3)
    }
}
