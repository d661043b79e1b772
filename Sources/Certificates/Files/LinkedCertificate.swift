/// A named certificate as it was found in files that somebody else renews.
public struct LinkedCertificate: Hashable, Sendable {
    public let checked: CheckedCertificate
    /// Paths of keys that everybody on this machine can read.
    public let keysOpenToAll: [String]

    /// Reads the files and proves what `CheckedCertificate` proves. Waits for the disk.
    public init(name: String, paths: [(chain: String, key: String)]) throws(CertificateRefusal) {
        var pairs: [KeyPair] = []
        var open: [String] = []
        for (chain, key) in paths {
            do throws(CertificateRefusal.Problem) {
                let keyFile = try LinkedFile(key)
                if keyFile.isOpenToAll { open.append(key) }
                pairs.append(KeyPair(chain: try LinkedFile(chain).bytes, key: keyFile.bytes))
            } catch {
                throw CertificateRefusal(error)
            }
        }
        checked = try CheckedCertificate(name: name, pairs: pairs, places: paths.map(\.chain))
        keysOpenToAll = open
    }
}
