internal import Glibc

/// What a small program says to whoever started it.
public enum StandardError {
    public static func say(_ line: String) {
        Array((line + "\n").utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
