import Connections
import MailCore
import MailStore
import NIOCore
import POP3Wire

/// `RETR message` — a whole message. RFC 1939 §5
///
/// It becomes \Seen, as people expect who read the same mail by IMAP or web mail: not at once, which would cost a commit for each
/// message, but in one step for many, at the latest when the session ends.
struct Retr: POP3Command {
    static let rule = CommandRule("RETR", in: .transaction)

    /// Messages after which they are marked \Seen: what the store does in one step.
    fileprivate static let markedAtOnce = 1000

    var number: Int

    init(parsing line: inout Scanner) throws(SyntaxError) {
        number = try line.number()
        try line.nothingMore()
    }

    static func status(_ octets: Int) -> String { "+OK \(octets) octets\r\n" }

    func perform(in session: inout POP3Session) async throws(POP3Refusal) -> Answer {
        let index = try await session.index(of: number)
        let listing = try await session.listing()
        let uid = listing.uids[index]
        guard let (message, answer) = try await session.answer(for: uid, at: index, of: listing) else { throw .goneMessage }
        switch message.obstacle {
        case nil:
            session.connection.write(answer)
        case .size:
            let isThere = try await session.stream(uid, showing: nil, piece: RetrievalStep.piece) { Retr.status($0.size) }
            guard isThere else { throw .goneMessage }
        case .failure(let error):
            session.journalFailure(error)
            throw POP3Refusal(error)
        }
        if !message.isSeen { await session.note(seen: uid) }
        return .said
    }
}

extension POP3Session {
    /// What RETR says of a message: what was read ahead, or a step of reading ahead. `nil` when it is gone.
    fileprivate mutating func answer(
        for uid: UID, at index: Int, of listing: Listing
    ) async throws(POP3Refusal) -> (message: RetrievalStep.Message, answer: ByteBuffer)? {
        defer { readAhead.note(index) }
        if let answer = readAhead.take(uid) { return answer }
        let reach = readAhead.reach(from: index)
        let step = RetrievalStep(mailbox: opened.id, uids: listing.uids[index..<min(index + reach, listing.count)])
        readAhead.fill(try await read { try step.run(in: $0) })
        return readAhead.take(uid)
    }

    /// Remembers what was retrieved, until it is worth a commit.
    fileprivate mutating func note(seen uid: UID) async {
        maildrop?.seen.append(uid)
        guard let seen = maildrop?.seen, seen.count >= Retr.markedAtOnce else { return }
        maildrop?.seen = []
        await markSeen(seen, in: opened.id)
    }
}
