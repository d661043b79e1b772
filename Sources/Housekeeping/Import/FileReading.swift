import Glibc

/// Files of somebody else's mail, read as they are.
enum FileReading {
    /// A message larger than this is no mail of anybody's; it is left out with a warning.
    static let largestMessage = 256 << 20

    /// Names in the folder without `.` and `..`; `nil` when it cannot be read.
    static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Whether it is a folder, or leads to one.
    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Octets of a file and when it was last changed, Unix seconds.
    static func facts(_ path: String) -> (size: Int, changed: Int64)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return (Int(clamping: status.st_size), Int64(status.st_mtim.tv_sec))
    }

    /// Up to `count` octets from `offset` on; `nil` when the file cannot be read.
    static func bytes(_ path: String, from offset: Int = 0, count: Int) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let got = pread(file, buffer.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
                if got < 0 && errno == EINTR { continue }
                failed = got < 0
                guard got > 0 else { break }
                done += got
            }
        }
        return failed ? nil : bytes
    }

    /// Lines end in CRLF on the wire; in most files they end in LF.
    static func withNetworkLineEnds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 32)
        var start = bytes.startIndex
        var search = start
        while let end = bytes[search...].firstIndex(of: 10) {
            if end > bytes.startIndex, bytes[end - 1] == 13 {
                search = end + 1
                continue
            }
            result += bytes[start..<end]
            result.append(13)
            result.append(10)
            start = end + 1
            search = start
        }
        result += bytes[start...]
        return result
    }
}
