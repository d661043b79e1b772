internal import Glibc

/// Threads for what blocks in a system call and belongs on no event loop.
public enum SystemThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// `name` says in the sentence of a failure what the thread was for.
    public static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(body))
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        precondition(status == 0, "a thread for \(name) can be made")
        pthread_detach(thread)
    }

    /// Runs `body` on a thread of its own; the caller's thread is free meanwhile.
    static func run<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in start(name) { continuation.resume(returning: body()) } }
    }
}
