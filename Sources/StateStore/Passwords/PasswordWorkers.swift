import Glibc
import MailCore

/// A few threads of our own for deriving keys from passwords: milliseconds of pure computing that would hold up every session of an
/// event loop or of the cooperative pool.
///
/// The queue is bounded: what does not fit is refused at once instead of being answered after its client has gone.
final class PasswordWorkers: Sendable {
    private let shared: Shared

    /// Two threads by default, one on a single core: enough to prove some hundred new passwords a second, while a storm of log-ins
    /// leaves cores to the mail. 512 jobs wait at most, about two seconds' work.
    init(threads: Int = min(2, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))), waiting: Int = 512) {
        shared = Shared(limit: waiting)
        for _ in 0..<threads { shared.startThread() }
    }

    deinit { shared.stop() }

    /// Runs the body on a worker's thread; `nil` when too many wait already or the workers were stopped.
    func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T? {
        await withCheckedContinuation { (done: CheckedContinuation<T?, Never>) in
            let taken = shared.submit { isRunning in done.resume(returning: isRunning ? body() : nil) }
            if !taken { done.resume(returning: nil) }
        }
    }

    /// How many jobs there have been.
    var jobsTaken: Int { shared.jobsTaken }

    /// What waits is answered with `nil`; the threads end after the job they are at.
    func stop() { shared.stop() }

    /// What the threads hold on to: not the pool itself, so that letting go of the pool ends them.
    ///
    /// `@unchecked Sendable`: `jobs`, `taken` and `isStopped` are only touched between `lock` and `unlock` of `mutex`.
    private final class Shared: @unchecked Sendable {
        typealias Job = @Sendable (_ isRunning: Bool) -> Void

        private let limit: Int
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let jobArrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var jobs: [Job] = []
        private var taken = 0
        private var isStopped = false

        init(limit: Int) {
            self.limit = limit
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(jobArrived, nil)
        }

        deinit {
            pthread_cond_destroy(jobArrived)
            pthread_mutex_destroy(mutex)
            jobArrived.deallocate()
            mutex.deallocate()
        }

        private func locked<T>(_ body: () -> T) -> T {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return body()
        }

        func submit(_ job: @escaping Job) -> Bool {
            locked {
                guard !isStopped, jobs.count < limit else { return false }
                jobs.append(job)
                taken &+= 1
                pthread_cond_signal(jobArrived)
                return true
            }
        }

        var jobsTaken: Int { locked { taken } }

        func stop() {
            let left = locked {
                isStopped = true
                pthread_cond_broadcast(jobArrived)
                defer { jobs = [] }
                return jobs
            }
            for job in left { job(false) }
        }

        /// Waits for a job; `nil` is the end.
        private func next() -> Job? {
            locked {
                while jobs.isEmpty && !isStopped { pthread_cond_wait(jobArrived, mutex) }
                return jobs.isEmpty ? nil : jobs.removeFirst()
            }
        }

        func startThread() {
            var thread = pthread_t()
            let result = pthread_create(
                &thread, nil,
                { context in
                    guard let context else { return nil }
                    let shared = Unmanaged<Shared>.fromOpaque(context).takeRetainedValue()
                    // Sessions that are at work go before log-ins that are to come.
                    ThreadPriority.stepBack(5)
                    while let job = shared.next() { job(true) }
                    return nil
                }, Unmanaged.passRetained(self).toOpaque())
            precondition(result == 0, "a process that starts can have two more threads")
            pthread_detach(thread)
        }
    }
}
