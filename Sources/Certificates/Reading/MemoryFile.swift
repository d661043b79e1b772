import COpenSSL

/// Bytes as OpenSSL reads and writes them (`BIO`).
enum MemoryFile {
    /// Lets `body` read the bytes, which it must not keep.
    static func reading<T, Refused: Error>(_ bytes: [UInt8], _ body: (OpaquePointer) throws(Refused) -> T) throws(Refused) -> T {
        let result: Result<T, Refused> = bytes.withUnsafeBytes { buffer in
            guard let file = BIO_new_mem_buf(buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1), CInt(clamping: buffer.count)) else {
                preconditionFailure("OpenSSL has memory")
            }
            defer {
                BIO_free(file)
                ERR_clear_error()
            }
            ERR_clear_error()
            do throws(Refused) { return .success(try body(file)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// What `body` has written; it says whether it could.
    static func written(_ body: (OpaquePointer) -> Bool) -> [UInt8] {
        guard let file = BIO_new(BIO_s_secmem()) else { preconditionFailure("OpenSSL has memory") }
        defer { BIO_free(file) }
        precondition(body(file), "OpenSSL has memory")
        var content: UnsafeMutablePointer<CChar>?
        let count = postern_x509_content(file, &content)
        guard let content else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: content, count: count))
    }

    /// Why the last call failed: OpenSSL's number for it, within its PEM part.
    static var isAtEndOfPEM: Bool {
        let error = ERR_peek_last_error()
        return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
    }
}
