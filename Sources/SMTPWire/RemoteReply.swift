public import MailCore

/// A server's answer as a client reads it. RFC 5321 §4.2
public struct RemoteReply: Hashable, Sendable, CustomStringConvertible {
    /// 200…599.
    public let code: Int
    /// What stands behind the codes, one entry a line; at least one, control characters made `?`.
    public let lines: [String]

    public init(code: Int, lines: [String]) {
        self.code = code
        self.lines = lines
    }

    /// 2 done, 3 go on, 4 not now, 5 no.
    public var kind: Int { code / 100 }

    /// The enhanced status, when there is one that goes with the code. RFC 2034 §4
    public var status: EnhancedStatus? {
        var scanner = Scanner(lines.first ?? "")
        guard let status = scanner.enhancedStatus(), scanner.atEnd || scanner.peek == UInt8(ascii: " "), Int(status.class) == kind else {
            return nil
        }
        return status
    }

    /// `550 5.1.1 No such user`; several lines stand behind each other.
    public var description: String { "\(code) \(lines.joined(separator: " "))" }
}

/// Reads one reply as its octets come. Everything about it is bounded: a line, the lines, and so all that is kept.
///
/// | state | left by |
/// |---|---|
/// | reading | a line that ends the reply → complete; a line that is none, or too much of it → failed |
/// | complete, failed | – |
public struct ReplyParser: Sendable {
    public enum Failure: Error, Hashable, Sendable {
        /// Not three digits, or a line with another code than the one before.
        case malformed
        /// Longer than anything that a server has to say.
        case tooLong
    }

    /// Octets of a line with its end; RFC 5321 §4.5.3.1.5 allows 512, and some say more.
    public static let longestLine = 4096
    public static let mostLines = 200
    /// Octets of all lines.
    public static let longestReply = 65536

    public private(set) var reply: RemoteReply?
    public private(set) var failure: Failure?
    private var line: [UInt8] = []
    private var lines: [String] = []
    private var code = 0
    private var size = 0

    public init() {}

    /// It is read to its end, well or badly.
    public var isOver: Bool { reply != nil || failure != nil }

    /// Takes octets up to the end of the reply, and returns how many.
    public mutating func take(_ input: UnsafeRawBufferPointer) -> Int {
        var used = 0
        while used < input.count, !isOver {
            let octet = input[used]
            used += 1
            size += 1
            if octet == 10 {
                if line.last == 13 { line.removeLast() }
                endLine()
                line.removeAll(keepingCapacity: true)
            } else if line.count >= Self.longestLine || size > Self.longestReply {
                failure = .tooLong
            } else {
                line.append(octet)
            }
        }
        return used
    }

    /// RFC 5321 §4.2.1: the code, then a hyphen when more follows, a space or nothing when not.
    private mutating func endLine() {
        guard line.count >= 3, line.prefix(3).allSatisfy(\.isASCIIDigit), (50...53).contains(line[0]),
            line.count == 3 || line[3] == UInt8(ascii: " ") || line[3] == UInt8(ascii: "-")
        else {
            failure = .malformed
            return
        }
        let found = line.prefix(3).reduce(0) { $0 * 10 + Int($1) - 48 }
        guard lines.isEmpty || found == code else {
            failure = .malformed
            return
        }
        code = found
        lines.append(String(decoding: line.dropFirst(4).map { $0 < 32 || $0 == 127 ? UInt8(ascii: "?") : $0 }, as: UTF8.self))
        if line.count > 3, line[3] == UInt8(ascii: "-") {
            if lines.count >= Self.mostLines { failure = .tooLong }
        } else {
            reply = RemoteReply(code: code, lines: lines)
        }
    }
}
