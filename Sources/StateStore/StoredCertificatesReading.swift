import GRDB

extension StoredCertificates {
    init(readFrom db: Database) throws {
        var pairs: [String: [StoredCertificate.Pair]] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT name, chain, private_key FROM certificate_pair ORDER BY name, position") {
            pairs[row[0], default: []].append(StoredCertificate.Pair(chain: row[1], key: row[2]))
        }
        all = try Row.fetchAll(db, sql: "SELECT name, source, changed FROM certificate ORDER BY name").map { row in
            let name: String = row[0]
            guard let source = StoredCertificate.Source(rawValue: row[1]) else {
                throw StateError.unavailable("it holds the certificate \"\(name)\", whose source cannot be read")
            }
            return StoredCertificate(name: name, source: source, pairs: pairs[name] ?? [], changed: row[2])
        }
    }
}
