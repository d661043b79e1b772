import Glibc
import MailCore
import Testing

/// The places of the threads that work long: behind others, and only they themselves.
@Suite struct ThreadPriorityTests {
    struct Place: Equatable {
        var niceness: CInt
        var policy: CInt
    }

    @Test func aThreadStepsBackAlone() throws {
        let before = Place.here
        var after = Place(niceness: 0, policy: -1)
        var thread = pthread_t()
        try withUnsafeMutablePointer(to: &after) { place in
            let began = pthread_create(
                &thread, nil,
                { place in
                    ThreadPriority.stepBack(3)
                    ThreadPriority.stepBack(2)
                    place!.assumingMemoryBound(to: Place.self).pointee = .here
                    return nil
                }, place)
            try #require(began == 0)
            #expect(pthread_join(thread, nil) == 0)
        }
        #expect(after == Place(niceness: min(before.niceness + 5, 19), policy: 3))  // SCHED_BATCH
        #expect(Place.here == before)
    }
}

extension ThreadPriorityTests.Place {
    static var here: Self {
        Self(niceness: getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0), policy: sched_getscheduler(0))
    }
}
