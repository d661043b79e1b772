internal import Glibc

/// A sentence for the one who typed, on standard error.
enum Complaint {
    static func say(_ sentence: some CustomStringConvertible) {
        let line = Array("Error: \(sentence)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
