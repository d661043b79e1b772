import Connections
import IMAPWire
import MailSettings
import NIOCore

/// What a session says. Nothing leaves before it waits for input, so that the answers to pipelined commands go together.
extension IMAPSession {
    /// A whole untagged line, without its CRLF.
    func say(_ line: String) {
        connection.withOutput { output in
            output.writeString(line)
            output.writeStaticString("\r\n")
        }
    }

    /// The tagged end of a command, or what becomes of a line without a tag.
    mutating func say(_ outcome: Result<Completion, IMAPRefusal>, to tag: [UInt8]?) throws(Farewell) {
        switch outcome {
        case .success(let completion):
            errors = 0
            write { $0.writeStatus(tag, "OK", completion.code, completion.text) }
        case .failure(let refusal):
            write { $0.writeStatus(tag, refusal.status.rawValue, refusal.code, refusal.text) }
            guard refusal.status == .bad else { return }
            errors += 1
            if errors >= settings.imap.maxErrors { throw Farewell("Too many commands made no sense", code: .clientBug) }
        }
    }

    func say(_ farewell: Farewell) {
        guard let text = farewell.text, !isInsideLiteral else { return }
        write { $0.writeStatus(nil, "BYE", farewell.code, text) }
    }

    func write(_ body: (inout ByteBuffer) -> Void) { connection.withOutput(body) }

    /// To be called between the pieces of a long answer: waits until the peer has taken most of it.
    func relieve() async throws(Farewell) {
        do {
            try await connection.relieve(within: settings.imap.transferTimeout)
        } catch {
            throw Farewell(error)
        }
    }
}
