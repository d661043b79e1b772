@preconcurrency import Glibc
import MailCore

/// A mutex with a condition: for threads that wait for each other. Tasks never do.
final class Gate: @unchecked Sendable {
    /// Both live at fixed addresses for as long as the gate does, which pthread asks for.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func locked<T>(_ body: () throws -> T) rethrows -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Inside `locked` only.
    func wait() { pthread_cond_wait(condition, mutex) }

    /// Inside `locked` only; false when the time ran out.
    func wait(microseconds: Int64) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + Int(microseconds % 1_000_000 * 1000)
        deadline.tv_sec += Int(microseconds / 1_000_000) + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        return pthread_cond_timedwait(condition, mutex, &deadline) == 0
    }

    func wakeOne() { pthread_cond_signal(condition) }
    func wakeAll() { pthread_cond_broadcast(condition) }
}

/// Starts a thread of this name that runs `body` once. `givesWay`: it computes when nobody else wants a processor.
func startThread(_ name: String, givesWay: Bool = false, _ body: @escaping @Sendable () -> Void) {
    final class Box {
        let name: String
        let givesWay: Bool
        let body: @Sendable () -> Void
        init(_ name: String, _ givesWay: Bool, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.givesWay = givesWay
            self.body = body
        }
    }
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let code = pthread_create(
        &thread, &attributes,
        { argument in
            let box = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue()
            nameThisThread(box.name)
            if box.givesWay { ThreadPriority.stepBack(10) }
            box.body()
            return nil
        }, Unmanaged.passRetained(Box(name, givesWay, body)).toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "a thread of the mail store cannot be started: \(code)")
}

/// What `ps -L` and a debugger show; at most 15 octets.
private func nameThisThread(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, name.utf8.count)
    close(file)
}
