import Glibc

/// A program that a test runs and waits for, with its streams in files without a name: no pipe that could fill.
///
/// Not Foundation's `Process`: its `run()` followed a bad pointer in two whole runs of the tests, and ended them.
public enum ChildProcess {
    public struct Outcome: Sendable {
        /// As waitpid(2) gives it: the exit status, or 128 and the signal.
        public let code: Int32
        public let output: String
        public let errors: String
    }

    public struct Failed: Error {
        public let path: String
        public let errno: Int32
    }

    /// Runs `path` with exactly this environment, in `folder` if it is given. Blocks its thread.
    public static func run(
        _ path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:], in folder: String? = nil
    ) throws -> Outcome {
        let streams = try (0..<3).map { _ in
            var name = Array("/tmp/postern-stream-XXXXXX".utf8CString)
            let descriptor = mkstemp(&name)
            guard descriptor >= 0 else { throw Failed(path: path, errno: errno) }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            unlink(name)
            return descriptor
        }
        defer { for descriptor in streams { close(descriptor) } }
        _ = Array(input.utf8).withUnsafeBytes { write(streams[0], $0.baseAddress, $0.count) }
        lseek(streams[0], 0, SEEK_SET)

        let command = (folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] } ?? []) + [path] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in streams.enumerated() { posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number)) }
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, command[0], &actions, nil, &words, &variables)
        guard status == 0 else { throw Failed(path: path, errno: status) }
        var ended: Int32 = 0
        while waitpid(child, &ended, 0) < 0, errno == EINTR {}
        let code = ended & 0x7F == 0 ? (ended >> 8) & 0xFF : 128 + (ended & 0x7F)
        return Outcome(code: code, output: text(streams[1]), errors: text(streams[2]))
    }

    private static func text(_ descriptor: Int32) -> String {
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while case let count = pread(descriptor, &piece, piece.count, off_t(octets.count)), count > 0 { octets += piece[..<count] }
        return String(decoding: octets, as: UTF8.self)
    }
}
