import MailCore

/// The pack that is being read back, held open from one step to the next, so that reading ahead goes on in between.
final class PackInHand: @unchecked Sendable {
    // One step of a check uses it after the other, never two at once.

    private let helper: WorkerPool?
    private var proof: PackProof?

    init(helper: WorkerPool?) { self.helper = helper }

    /// The proof of this pack's messages up to `end`, of which the next begins at `start`.
    fileprivate func proof(of pack: Int64, in packs: PackReader, from start: Int64, to end: Int64) throws(StoreError) -> PackProof {
        if let proof, proof.pack == pack, proof.end >= end { return proof }
        close()
        let begun = try PackProof(pack, of: packs, from: start, to: end, helper: helper)
        proof = begun
        return begun
    }

    /// Lets go of the pack. Must be called.
    func close() {
        proof?.close()
        proof = nil
    }
}

/// Reading messages back for a check.
extension StoreSnapshot {
    struct ReadBackStep: Sendable {
        var messages = 0
        var bytes = 0
        var findings: [String] = []
        /// Where the next step begins in the pack; `nil` when it is through.
        var next: Int64?
    }

    /// Proves the pack's messages from `offset` on, some `limit` octets of them. Throws when their drive gives nothing at all.
    func readBack(_ pack: Int64, from offset: Int64, limit: Int, _ hand: PackInHand) throws -> ReadBackStep {
        var step = ReadBackStep()
        // A pack that is not there was found missing as a whole.
        guard packs.size(of: pack) > 0 else { return step }
        let proof = try hand.proof(of: pack, in: packs, from: offset, to: try end(of: pack))
        var last: Int64?
        var refused = 0
        var refusal: (any Error)?
        let select = try connection.statement(
            "SELECT id, size, offset, checksum FROM message WHERE pack = ?1 AND offset >= ?2 ORDER BY offset")
        select.bind(1, pack)
        select.bind(2, offset)
        try select.each { row in
            let message = StoredMessage(
                id: MessageID(row.int64(0)), size: row.int(1), pack: pack, offset: row.int64(2),
                checksum: UInt32(truncatingIfNeeded: row.int64(3)))
            // A step goes on behind a place, so that it takes all that a damaged index says to lie there.
            guard step.bytes < limit || message.offset == last else {
                step.next = message.offset
                return false
            }
            last = message.offset
            step.messages += 1
            // A damaged index may say anything.
            guard proof.reaches(message) else {
                step.findings.append(
                    "message \(message.id) at \(message.offset) has \(message.size) octets, but \(PackName.file(pack)) ends at \(proof.size)."
                )
                return true
            }
            step.bytes += message.size
            var verdict = PackProof.Verdict.damaged
            do throws(StoreError) { verdict = try proof.prove(message) } catch {}
            switch verdict {
            case .whole: break
            case .headerDamaged:
                step.findings.append(
                    "message \(message.id) in \(PackName.file(pack)) at \(message.offset) is whole, but its record's header is damaged: a rebuild of the index would not find it."
                )
            case .damaged:
                guard let error = trouble(with: message) else { break }
                step.findings.append("\(error)")
                guard case StoreError.unavailable = error else { break }
                refused += 1
                refusal = error
            }
            return true
        }
        // What a drive does not give that gives nothing else either may be whole: it is asked again later.
        if let refusal, refused == step.messages, packs.givesNothing() { throw refusal }
        return step
    }

    /// What is wrong with the message when it is read by itself.
    private func trouble(with message: StoredMessage) -> (any Error)? {
        do { try withBytes(of: message, 0..<message.size) { _ in } } catch { return error }
        return nil
    }

    /// One past the last octet in the pack that the index points to.
    private func end(of pack: Int64) throws(StoreError) -> Int64 {
        let select = try connection.statement("SELECT offset + size FROM message WHERE pack = ?1 ORDER BY offset DESC LIMIT 1")
        select.bind(1, pack)
        return try select.first { $0.int64(0) } ?? 0
    }

    /// The first pack with a message in it, not before `number`, not behind `last`.
    func packToRead(from number: Int64, last: Int64) throws(StoreError) -> Int64? {
        let select = try connection.statement("SELECT pack FROM message WHERE pack >= ?1 AND pack <= ?2 ORDER BY pack LIMIT 1")
        select.bind(1, number)
        select.bind(2, last)
        return try select.first { $0.int64(0) }
    }

    func lastPack() throws(StoreError) -> Int64 { try connection.statement("SELECT max(pack) FROM message").first { $0.int64(0) } ?? 0 }
}
