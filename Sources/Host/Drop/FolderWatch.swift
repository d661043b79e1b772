internal import Glibc

/// Wakes whoever waits for files to be put into a folder. inotify(7)
public enum FolderWatch {
    /// An element after each arrival, however many came at once. Ends at once where nothing can be watched: look by the clock then.
    /// The thread lives as long as the process.
    public static func arrivals(in folder: String) -> AsyncStream<Void> {
        let (stream, arrived) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let descriptor = inotify_init1(Int32(IN_CLOEXEC))
        guard descriptor >= 0, inotify_add_watch(descriptor, folder, UInt32(IN_MOVED_TO)) >= 0 else {
            if descriptor >= 0 { close(descriptor) }
            arrived.finish()
            return stream
        }
        SystemThread.start("the folder \(folder)") {
            var events = [UInt8](repeating: 0, count: 16384)
            while true {
                let count = read(descriptor, &events, events.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { break }
                if case .terminated = arrived.yield() { break }
            }
            close(descriptor)
            arrived.finish()
        }
        return stream
    }
}
