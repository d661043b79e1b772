internal import COpenSSL

/// What ties a log-in to the one encrypted connection that it came through.
enum ChannelBinding {
    /// A digest of the server's certificate by its signature's hash function, SHA-256 where that one is too weak. RFC 5929 §4.1
    static func endPoint(of ssl: OpaquePointer) -> [UInt8] {
        guard let certificate = SSL_get_certificate(ssl) else { return [] }
        var hash: CInt = 0
        let isKnown = OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &hash, nil) == 1
        let isWeak = !isKnown || hash == NID_md5 || hash == NID_sha1 || hash == NID_undef
        guard let digest = isWeak ? EVP_sha256() : OBJ_nid2sn(hash).flatMap({ EVP_get_digestbyname($0) }) else { return [] }
        return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { room, count in
            var length: CUnsignedInt = 0
            count = X509_digest(certificate, digest, room.baseAddress, &length) == 1 ? Int(length) : 0
        }
    }

    /// `nil` below TLS 1.3, where the exporter is not bound to the connection by itself. RFC 9266 §4.2
    static func exporter(of ssl: OpaquePointer) -> [UInt8]? {
        guard SSL_version(ssl) >= TLS1_3_VERSION else { return nil }
        let label = "EXPORTER-Channel-Binding"
        var octets = [UInt8](repeating: 0, count: 32)
        let isDone = SSL_export_keying_material(ssl, &octets, octets.count, label, label.utf8.count, [], 0, 1) == 1
        return isDone ? octets : nil
    }
}
