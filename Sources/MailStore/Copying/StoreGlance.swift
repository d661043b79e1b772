internal import Glibc
public import MailCore

/// What a mail store that is not in use holds, as a look at its index tells.
public struct StoreGlance: Sendable, Equatable {
    public var identity: StoreIdentity
    /// By address, and how many messages each has.
    public var owners: [MailAddress: Int] = [:]
    public var messages: Int { owners.values.reduce(0, +) }
    /// When its newest message came, Unix seconds; `nil` when there is none.
    public var latest: Int64?

    /// Looks into the store in `folder`/postern-mail; `nil` when there is none. Nothing in it is changed. Throws when its index cannot
    /// be read, which a read-only drive may be the reason for.
    public init?(of folder: String) throws(StoreError) {
        guard let found = try StoreIdentity.found(in: folder) else { return nil }
        identity = found
        let index = folder + "/" + CopyPlace.name + "/index.sqlite"
        guard access(index, R_OK) == 0 else { throw StoreError(errno: errno, "read", index) }
        let connection = try IndexConnection(path: index, .reader)
        defer { connection.close() }
        let select = try connection.statement(
            """
            SELECT o.address, coalesce(sum(m.messages), 0) FROM owner o \
            LEFT JOIN mailbox m ON m.owner = o.id AND m.name NOT LIKE char(1) || '%' GROUP BY o.id
            """)
        for (address, messages) in try select.all({ (MailAddress($0.text(0)), $0.int(1)) }) {
            if let address { owners[address, default: 0] += messages }
        }
        // A message's id is the microsecond in which it began to come in.
        latest = try connection.statement("SELECT max(id) FROM message").first { $0.isNull(0) ? nil : $0.int64(0) / 1_000_000 } ?? nil
    }
}
