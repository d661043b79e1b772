import Connections
import MailSettings

/// Commands off the wire.
extension POP3Session {
    /// Octets with the line end. RFC 2449 §4 has 255; a password may be longer.
    static let longestCommand = 2048
    /// Octets. Nobody who sends a longer line means a command.
    private static let longestSkip = 1 << 20
    /// Whoever pauses for longer may have gone for a walk: what was read ahead for him is given back.
    private static let pause = Duration.seconds(2)

    /// The next command without its line end.
    mutating func nextCommand() async throws(POP3Refusal) -> [UInt8] {
        let patience = patience
        do throws(ConnectionError) {
            if !readAhead.isEmpty, patience > Self.pause {
                do throws(ConnectionError) {
                    return try await connection.line(limit: Self.longestCommand, within: Self.pause)
                } catch {
                    guard error == .deadline else { throw error }
                    readAhead = ReadAhead()
                    return try await connection.line(limit: Self.longestCommand, within: patience - Self.pause)
                }
            }
            return try await connection.line(limit: Self.longestCommand, within: patience)
        } catch {
            guard error == .lineTooLong else { throw POP3Refusal(ending: error) }
        }
        try await skipLine(within: patience)
        throw .lineTooLong
    }

    /// A line that answers a challenge. RFC 5034 §4
    func response(limit: Int) async throws(POP3Refusal) -> [UInt8] {
        do throws(ConnectionError) {
            return try await connection.line(limit: limit + 2, within: patience)
        } catch {
            throw POP3Refusal(ending: error)
        }
    }

    /// Drops what is left of a line that is too long, so that the next one is read as a command again.
    private func skipLine(within limit: Duration) async throws(POP3Refusal) {
        var isOver = false
        var skipped = 0
        while !isOver {
            do throws(ConnectionError) {
                guard skipped < Self.longestSkip else { throw .lineTooLong }
                try await connection.input(within: limit) { raw in
                    let end = raw.firstIndex(of: 10)
                    isOver = end != nil
                    skipped += raw.count
                    return end.map { $0 + 1 } ?? raw.count
                }
            } catch {
                throw POP3Refusal(ending: error)
            }
        }
    }
}
