import MailCore
import MailSettings
import NIOCore
import SMTPWire

/// `BDAT size [LAST]` — so many octets of the message follow. RFC 3030 §2
///
/// The octets come whatever the answer will be, so those of a refused chunk are read and dropped. A transaction of which one chunk
/// failed is over.
struct BdatVerb: SMTPVerb {
    static let rule = VerbRule("BDAT", in: [.recipients, .chunks], mayPipeline: true, endsSessionWhenMalformed: true)

    let chunk: ChunkHeader

    init(parsing line: inout Scanner) throws(SyntaxError) { chunk = try ChunkHeader(parsing: &line) }

    func perform(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reply {
        var reception = try await takeReception(from: &session, with: services)
        reception.expect(chunk.size)
        try requireEnd(with: services)
        var rest = chunk.size
        while rest > 0 {
            let octets = try await session.octets(atMost: rest, with: services)
            rest -= octets.readableBytes
            _ = octets.withUnsafeReadableBytes { reception.take($0) }
            try await reception.handOn()
        }
        if chunk.isLast || reception.refusal != nil { return try await session.conclude(&reception, with: services) }
        session.phase = .chunks(reception)
        return .chunkTaken
    }

    func forgo(in session: inout SMTPSession, with services: SMTPServices) async throws(Reply) {
        try requireEnd(with: services)
        var rest = chunk.size
        while rest > 0 { rest -= try await session.octets(atMost: rest, with: services).readableBytes }
    }

    /// Takes it out of the session, so that whatever goes wrong ends the transaction.
    private func takeReception(from session: inout SMTPSession, with services: SMTPServices) async throws(Reply) -> Reception {
        let phase = session.phase
        session.phase = .ready
        switch phase {
        case .chunks(let reception): return reception
        case .mail(let transaction):
            do throws(Reply) {
                return try session.begin(transaction, .octets, with: services)
            } catch {
                try await forgo(in: &session, with: services)
                throw error
            }
        case .connected, .ready: preconditionFailure("the rule lets BDAT in only behind RCPT")
        }
    }

    /// A chunk whose end nobody will wait for ends the session.
    private func requireEnd(with services: SMTPServices) throws(Reply) {
        if chunk.size > SMTPLimits(services.settings).drain { throw .farTooLarge }
    }
}
