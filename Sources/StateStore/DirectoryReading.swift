import GRDB
import MailCore

extension Directory {
    /// Reads everything: 10,000 accounts take a few tens of milliseconds, on the database's thread, after a change and at the start.
    init(readFrom db: Database) throws {
        let domains = try Row.fetchCursor(db, sql: "SELECT name FROM domain ORDER BY number").collect { row in
            try Domain.stored(row[0])
        }
        var verifiers: [AccountID: PasswordVerifier] = [:]
        let accounts = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, local_part, domain, display_name, quota, enabled, created, verifier FROM account ORDER BY number
                """
        ).collect { row in
            let account = try Account(row)
            guard let verifier = PasswordVerifier(text: row[7] as String) else {
                throw StateError.unreadable("verifier", account.address.description)
            }
            verifiers[account.id] = verifier
            return account
        }
        var targets: [MailAddress: [MailAddress]] = [:]
        let targetRows = try Row.fetchCursor(
            db, sql: "SELECT local_part, domain, target FROM alias_target ORDER BY domain, local_part, position")
        while let row = try targetRows.next() {
            let alias = MailAddress(localPart: row[0], domain: try Domain.stored(row[1]))
            guard let target = MailAddress(row[2] as String) else { throw StateError.unreadable("alias target", row[2]) }
            targets[alias, default: []].append(target)
        }
        let aliases = try Row.fetchCursor(db, sql: "SELECT local_part, domain FROM alias ORDER BY number").collect { row in
            let address = MailAddress(localPart: row[0], domain: try Domain.stored(row[1]))
            return Alias(address: address, targets: targets[address] ?? [])
        }
        let routes = try Row.fetchCursor(db, sql: "SELECT domain, host, port FROM route ORDER BY number").collect { row in
            Route(domain: try Domain.stored(row[0]), host: row[1], port: row[2])
        }
        self.init(domains: domains, accounts: accounts, aliases: aliases, routes: routes, verifiers: verifiers)
    }
}

extension Account {
    /// id, local_part, domain, display_name, quota, enabled, created
    fileprivate init(_ row: Row) throws {
        guard let id = AccountID(row[0] as String) else { throw StateError.unreadable("account id", row[0]) }
        self.init(
            id: id, address: MailAddress(localPart: row[1], domain: try Domain.stored(row[2])), displayName: row[3], enabled: row[5],
            quota: (row[4] as Int?).map { ByteCount($0) }, created: row[6])
    }
}

extension Domain {
    fileprivate static func stored(_ name: String) throws -> Domain {
        guard let domain = Domain(name) else { throw StateError.unreadable("domain", name) }
        return domain
    }
}

extension StateError {
    fileprivate static func unreadable(_ what: String, _ text: String) -> StateError {
        .unavailable("it holds the \(what) \"\(text)\", which cannot be read")
    }
}

extension RowCursor {
    fileprivate func collect<T>(_ make: (Row) throws -> T) throws -> [T] {
        var all: [T] = []
        while let row = try next() { all.append(try make(row)) }
        return all
    }
}
