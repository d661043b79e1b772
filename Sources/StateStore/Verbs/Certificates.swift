import GRDB

extension StateStore {
    /// As many as a site with a certificate for each of its domains has; every one is in memory.
    public static let certificatesAllowed = 1000

    /// The certificate of this name is this one from now on. Says whether it takes the place of another.
    @discardableResult
    public func putCertificate(
        _ name: String, _ source: StoredCertificate.Source, _ pairs: [StoredCertificate.Pair]
    ) async throws(StateError) -> Bool {
        guard StoredCertificate.isAllowed(name: name) else { throw .certificateNameNotAllowed(name) }
        guard (1...2).contains(pairs.count), pairs.allSatisfy({ isAllowed($0, source) }) else { throw .certificateNotAllowed(name) }
        return try await change { [self] db, _ in
            let before = certificates
            guard before[name] != nil || before.all.count < Self.certificatesAllowed else {
                throw StateError.tooManyCertificates(allowed: Self.certificatesAllowed)
            }
            try db.execute(sql: "DELETE FROM certificate WHERE name = ?", arguments: [name])
            try db.execute(
                sql: "INSERT INTO certificate (name, source, changed) VALUES (?, ?, ?)", arguments: [name, source.rawValue, now()])
            for (position, pair) in pairs.enumerated() {
                try db.execute(
                    sql: "INSERT INTO certificate_pair (name, position, chain, private_key) VALUES (?, ?, ?, ?)",
                    arguments: [name, position, pair.chain, pair.key])
            }
            return before[name] != nil
        }
    }

    /// Whether something still names it is not known here.
    public func removeCertificate(_ name: String) async throws(StateError) {
        try await change { [self] db, _ in
            guard certificates[name] != nil else { throw StateError.noSuchCertificate(name) }
            try db.execute(sql: "DELETE FROM certificate WHERE name = ?", arguments: [name])
        }
    }
}

/// Texts of a bounded size; paths from the root on, which say the same wherever the daemon stands.
private func isAllowed(_ pair: StoredCertificate.Pair, _ source: StoredCertificate.Source) -> Bool {
    [pair.chain, pair.key].allSatisfy { text in
        source == .linked
            ? text.utf8.first == UInt8(ascii: "/") && text.utf8.count < 4096 && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
            : (1...256 << 10).contains(text.utf8.count)
    }
}
