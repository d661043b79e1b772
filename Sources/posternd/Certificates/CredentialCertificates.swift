internal import Glibc
internal import StateStore

/// Certificates that systemd hands over (systemd.exec(5), `LoadCredential=`): `NAME.chain` and `NAME.key` in the credentials' folder are
/// the certificate NAME. They are followed as linked files are, and come before what is kept under that name otherwise: whoever wrote
/// the unit meant it so.
enum CredentialCertificates {
    /// The folder that systemd names; `nil` when there are no credentials.
    static var folder: String? { getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } }

    /// By name. One of which a half is missing is there too, so that somebody hears of it.
    static func all(in folder: String?) -> [StoredCertificate] {
        guard let folder, let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: Set<String> = []
        while let entry = readdir(stream) {
            let file = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            for suffix in [".chain", ".key"] where file.hasSuffix(suffix) {
                let name = String(file.dropLast(suffix.count))
                if StoredCertificate.isAllowed(name: name) { names.insert(name) }
            }
        }
        return names.sorted().map { name in
            let pair = StoredCertificate.Pair(chain: "\(folder)/\(name).chain", key: "\(folder)/\(name).key")
            return StoredCertificate(name: name, source: .linked, pairs: [pair], changed: changed(pair.chain))
        }
    }

    /// Unix seconds.
    private static func changed(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : 0
    }
}
