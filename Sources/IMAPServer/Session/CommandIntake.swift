import Connections
import IMAPWire
import MailCore
import MailSettings
import NIOCore

/// Commands off the wire: lines and the literals between them, put together as they came. RFC 3501 §2.2.1, §4.3, RFC 7888
extension IMAPSession {
    /// The next whole command without its last CRLF; for APPEND, up to the announcement of its message (`pendingMessage`).
    /// `nil` when it was refused, and answered, before it was whole.
    mutating func nextCommand() async throws(Farewell) -> [UInt8]? {
        let limit = commandLimit
        var command = try await line(limit: limit, within: patience)
        var announced = LiteralAnnouncement(endOf: command)
        while let literal = announced {
            if Append.stopsBeforeMessage(command) {
                pendingMessage = literal
                return command
            }
            guard literal.count < UInt64(max(0, limit - command.count)) else {
                try await skip(literal)
                try say(.failure(.bad("The command is too long", code: .tooBig)), to: CommandHead.tag(of: command))
                return nil
            }
            if literal.isSynchronising { say("+ Go on") }
            command += [13, 10]
            try await forEachPiece(of: literal.count) { command += $0.readableBytesView }
            let rest = try await line(limit: limit - command.count, within: pieceTimeout)
            announced = LiteralAnnouncement(endOf: rest)
            command += rest
        }
        return command
    }

    /// Drops what a peer sends without waiting for our consent, up to the end of the command: then the next line is a command
    /// again. RFC 7888 §4
    func skip(_ announcement: LiteralAnnouncement) async throws(Farewell) {
        var room = UInt64(2 * settings.imap.maxMessageSize.bytes)
        var announced: LiteralAnnouncement? = announcement
        // Whoever waits for our `+` reads the refusal in its place and sends nothing.
        while let literal = announced, !literal.isSynchronising {
            guard literal.count <= room else { throw Farewell("Too much was sent at once", code: .tooBig) }
            room -= literal.count
            try await forEachPiece(of: literal.count) { _ in }
            announced = LiteralAnnouncement(
                endOf: try await line(limit: settings.imap.maxCommandSize.bytes, within: pieceTimeout))
        }
    }

    /// Takes a literal's octets as they come. No buffer is ever as large as the peer says.
    func forEachPiece(of count: UInt64, _ take: (ByteBuffer) -> Void) async throws(Farewell) {
        var missing = count
        while missing > 0 {
            let piece = try await bytes(atMost: Int(min(missing, 65536)))
            missing -= UInt64(piece.readableBytes)
            take(piece)
        }
    }

    /// Strangers need no more than a password; thousands of them must not fill the memory.
    private var commandLimit: Int {
        let limit = settings.imap.maxCommandSize.bytes
        return account == nil ? min(limit, 16384) : limit
    }

    /// How long the next piece of something that has begun may take.
    private var pieceTimeout: Duration {
        account == nil ? min(patience, settings.imap.transferTimeout) : settings.imap.transferTimeout
    }

    func line(limit: Int, within: Duration) async throws(Farewell) -> [UInt8] {
        do {
            return try await connection.line(limit: limit, within: within)
        } catch {
            throw Farewell(error)
        }
    }

    func bytes(atMost limit: Int) async throws(Farewell) -> ByteBuffer {
        do {
            return try await connection.bytes(atMost: limit, within: pieceTimeout)
        } catch {
            throw Farewell(error)
        }
    }
}
