import GRDB

/// The index: what exists, where its bytes are, what is known of it. A column more is a migration more; none is ever changed.
///
/// Some of it is there from the start because it cannot be made up later: owners as UUID and address (never a row number of
/// another database), message ids that are never given twice, a MODSEQ per change, the history of what was expunged,
/// UIDVALIDITY that is never used again when a mailbox is made anew, per-user `\Seen` and rights for shared mailboxes, and
/// counters that change in the transaction that changes what they count.
enum Schema {
    static let format = 1

    /// Brings the index at this path up to date, or makes it; throws when a newer Postern wrote it.
    static func migrate(_ path: String) throws(StoreError) {
        do {
            try bringUpToDate(path)
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            throw .damagedIndex("\(path): \(error.message ?? error.resultCode.description)")
        } catch {
            throw .unavailable("\(path): \(error)")
        }
    }

    private static func bringUpToDate(_ path: String) throws {
        var configuration = Configuration()
        configuration.label = "postern-index-schema"
        configuration.prepareDatabase { db in
            try judging(db, path) {
                try db.execute(sql: "PRAGMA wal_autocheckpoint=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
            }
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let migrator = migrator
        do {
            guard try queue.read({ try !migrator.hasBeenSuperseded($0) }) else {
                throw StoreError.tooNew("\(path) knows more than this one")
            }
            try migrator.migrate(queue)
        } catch let error as DatabaseError {
            try queue.inDatabase { try judging($0, path) { throw error } }
        }
        try queue.close()
    }

    /// What a drive refuses to read is no damage, whatever SQLite calls it.
    private static func judging(_ db: Database, _ path: String, _ body: () throws -> Void) throws {
        do { try body() } catch let error as DatabaseError {
            if let refusal = db.sqliteConnection.flatMap(DriveRefusal.take) { throw StoreError(errno: refusal, "read", path) }
            throw error
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(sql: mailboxesAndMessages)
        }
        migrator.registerMigration("2") { db in
            try db.execute(sql: queue)
        }
        migrator.registerMigration("3") { db in
            try db.execute(sql: newestMessage)
        }
        migrator.registerMigration("4") { db in
            try db.execute(sql: messagePlaces)
        }
        // How the session of the last try was encrypted (SessionSecurity); empty in the clear, or when there was none.
        migrator.registerMigration("security of tries") { db in
            try db.execute(sql: "ALTER TABLE queued_recipient ADD COLUMN security TEXT NOT NULL DEFAULT ''")
        }
        migrator.registerMigration("trace") { db in
            try db.execute(sql: trace)
        }
        migrator.registerMigration("removals") { db in
            try db.execute(sql: removals)
        }
        return migrator
    }

    private static let mailboxesAndMessages = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;

        -- A pack is a file of records that is only appended to. bytes: its committed end, while it is the open one; messages: those
        -- still wanted; live: their bytes.
        CREATE TABLE pack(
            id INTEGER PRIMARY KEY, state INTEGER NOT NULL, bytes INTEGER NOT NULL, messages INTEGER NOT NULL, live INTEGER NOT NULL);

        -- offset: of the message's first octet in its pack; owners: how many mailbox entries point here.
        CREATE TABLE message(
            id INTEGER PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL, size INTEGER NOT NULL, checksum INTEGER NOT NULL,
            arrival INTEGER NOT NULL, entries INTEGER NOT NULL, summary BLOB NOT NULL);
        CREATE INDEX message_pack ON message(pack);

        CREATE TABLE owner(id INTEGER PRIMARY KEY, account BLOB NOT NULL UNIQUE, address TEXT NOT NULL);

        CREATE TABLE mailbox(
            id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES owner(id), name TEXT NOT NULL,
            uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL DEFAULT 1, mod_seq INTEGER NOT NULL DEFAULT 1,
            messages INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
            recent_from INTEGER NOT NULL DEFAULT 1, special_use TEXT, keywords TEXT NOT NULL DEFAULT '',
            UNIQUE(owner, name));

        CREATE TABLE entry(
            mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, message INTEGER NOT NULL, flags INTEGER NOT NULL,
            mod_seq INTEGER NOT NULL, internal_date INTEGER NOT NULL, PRIMARY KEY(mailbox, uid)) WITHOUT ROWID;
        CREATE INDEX entry_mod_seq ON entry(mailbox, mod_seq);

        CREATE TABLE expunged(mailbox INTEGER NOT NULL, mod_seq INTEGER NOT NULL, uid INTEGER NOT NULL,
            PRIMARY KEY(mailbox, mod_seq, uid)) WITHOUT ROWID;

        CREATE TABLE subscription(owner INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY(owner, name)) WITHOUT ROWID;

        -- Shared mailboxes: who has seen what, and who may do what (RFC 4314 letters).
        CREATE TABLE seen(mailbox INTEGER NOT NULL, owner INTEGER NOT NULL, uid INTEGER NOT NULL,
            PRIMARY KEY(mailbox, owner, uid)) WITHOUT ROWID;
        CREATE TABLE rights(mailbox INTEGER NOT NULL, owner INTEGER NOT NULL, rights TEXT NOT NULL,
            PRIMARY KEY(mailbox, owner)) WITHOUT ROWID;
        """

    /// The highest message id that was ever given when the pack was last written to: it outlives the message.
    private static let newestMessage = "ALTER TABLE pack ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;"

    /// Messages in the order in which they lie in their packs, with all that a check needs: it reads no row, and so no summary.
    private static let messagePlaces = """
        DROP INDEX message_pack;
        CREATE INDEX message_place ON message(pack, offset, size, checksum);
        """

    /// Times are the queue's, in milliseconds (``QueueTime``). A row of `queued` counts as one of the message's entries.
    private static let queue = """
        -- open: recipients whose way is not at its end.
        CREATE TABLE queued(
            message INTEGER PRIMARY KEY, sender TEXT NOT NULL, flags INTEGER NOT NULL, returns INTEGER NOT NULL, envelope_id TEXT NOT NULL,
            submitter BLOB NOT NULL, arrival INTEGER NOT NULL, open INTEGER NOT NULL);

        -- state: QueueState; destination: what it waits for, its domain unless an operator has sent it elsewhere.
        CREATE TABLE queued_recipient(
            id INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL, address TEXT NOT NULL, domain TEXT NOT NULL,
            destination TEXT NOT NULL, state INTEGER NOT NULL, due INTEGER NOT NULL, notify INTEGER NOT NULL, original TEXT NOT NULL,
            tries INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT '',
            remote TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '', is_reply INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX queued_recipient_message ON queued_recipient(message);
        CREATE INDEX queued_recipient_due ON queued_recipient(destination, due, message) WHERE state < 2;
        """

    /// Messages that are to go and were too many for one commit (``RemoveMessages``). uids: ranges; done: the last one that went.
    private static let removals = """
        CREATE TABLE removal(
            id INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL, uids BLOB NOT NULL, done INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX removal_mailbox ON removal(mailbox);
        """

    /// What is remembered of messages for `trace.keep`, also when they are gone. A message's id is the time at which it came, in
    /// microseconds since 1970; an event's number is its time in the same way. Lists of addresses have a line each. A rebuild of the
    /// index knows what its last copy knew.
    private static let trace = """
        CREATE TABLE trace(
            message INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipients TEXT NOT NULL, accounts TEXT NOT NULL, elsewhere TEXT NOT NULL,
            peer TEXT NOT NULL, helo TEXT NOT NULL, transport TEXT NOT NULL, cipher TEXT NOT NULL, submitter TEXT NOT NULL,
            message_id TEXT NOT NULL, size INTEGER NOT NULL, about INTEGER NOT NULL);
        CREATE TABLE trace_event(
            message INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, recipient TEXT NOT NULL, status TEXT NOT NULL,
            remote TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY(message, number)) WITHOUT ROWID;
        """
}
