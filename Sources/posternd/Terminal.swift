internal import Glibc

/// What is said to the person who typed the command; the journal is something else.
enum Terminal {
    static func say(_ line: String) { write(line, to: STDOUT_FILENO) }
    static func complain(_ line: String) { write(line, to: STDERR_FILENO) }

    private static func write(_ line: String, to descriptor: Int32) {
        Array((line + "\n").utf8).withUnsafeBytes { raw in
            var written = 0
            while written < raw.count {
                let count = Glibc.write(descriptor, raw.baseAddress?.advanced(by: written), raw.count - written)
                if count > 0 { written += count } else if errno != EINTR { return }
            }
        }
    }
}
