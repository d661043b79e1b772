import Connections
import MailSettings
import NIOCore
import POP3Wire

/// What a session says. Nothing leaves before it waits for input, so that the answers to pipelined commands go together.
extension POP3Session {
    func say(_ answer: Answer) {
        guard case .ok(let text) = answer else { return }
        connection.withOutput { output in
            output.writeStaticString("+OK ")
            output.writeString(text)
            output.writeStaticString("\r\n")
        }
    }

    /// In the middle of a message nothing can be said: it would be taken for the message's text.
    func say(_ refusal: POP3Refusal) {
        guard let text = refusal.text, !isInsideAnswer else { return }
        connection.withOutput { output in
            output.writeStaticString("-ERR ")
            if let code = refusal.code {
                output.writeStaticString("[")
                output.writeString(code.rawValue)
                output.writeStaticString("] ")
            }
            output.writeString(text)
            output.writeStaticString("\r\n")
        }
    }

    /// An answer of many lines, made in steps so that it is never held whole. The lines must not begin with a dot. RFC 1939 §3
    mutating func say<Lines: Sequence>(_ text: String, _ lines: Lines) async throws(POP3Refusal) -> Answer where Lines.Element == String {
        say(.ok(text))
        isInsideAnswer = true
        var rest = lines.makeIterator()
        var isOver = false
        while !isOver {
            connection.withOutput { output in
                for _ in 0..<Self.linesAtOnce {
                    guard let line = rest.next() else {
                        output.writeStaticString(".\r\n")
                        isOver = true
                        return
                    }
                    output.writeString(line)
                    output.writeStaticString("\r\n")
                }
            }
            try await relieve()
        }
        isInsideAnswer = false
        return .said
    }

    /// To be called between the pieces of a long answer: waits until the peer has taken most of it.
    func relieve() async throws(POP3Refusal) {
        do throws(ConnectionError) {
            try await connection.relieve(within: settings.pop3.transferTimeout)
        } catch {
            throw POP3Refusal(ending: error)
        }
    }

    /// Some 10 KiB of LIST.
    private static let linesAtOnce = 1000
}
