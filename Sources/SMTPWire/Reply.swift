public import MailCore

/// A server's answer to one command, in the form in which it goes over the wire. RFC 5321 §4.2
///
/// It is also what a verb throws: a refusal *is* the answer.
public struct Reply: Error, Hashable, Sendable, CustomStringConvertible {
    private enum Content: Sendable {
        /// One line without its CRLF.
        case line(StaticString)
        /// All lines with their CRLF.
        case lines([UInt8])
    }
    private let content: Content

    /// The connection ends behind this answer.
    public let endsSession: Bool

    /// One line that is always the same: `Reply("250 2.1.0 Sender ok")`.
    public init(_ line: StaticString, endsSession: Bool = false) {
        content = .line(line)
        self.endsSession = endsSession
    }

    /// One line that ends with a word of ours that is made for the occasion.
    public init(_ line: StaticString, _ word: some StringProtocol) {
        content = .lines(line.withUTF8Buffer { Array($0) } + word.utf8 + [13, 10])
        endsSession = false
    }

    /// Lines that are made for the occasion. `status` stands in each of them (RFC 2034 §4). Control characters become `?`.
    public init(_ code: Int, _ status: EnhancedStatus? = nil, _ texts: [String], endsSession: Bool = false) {
        precondition((200...599).contains(code) && !texts.isEmpty, "a reply has a code of three digits and at least one line")
        var head = Array("\(code) ".utf8)
        if let status { head += "\(status) ".utf8 }
        var octets: [UInt8] = []
        octets.reserveCapacity(texts.reduce(0) { $0 + head.count + $1.utf8.count + 2 })
        for (index, text) in texts.enumerated() {
            let start = octets.count
            octets += head
            if index < texts.count - 1 { octets[start + 3] = UInt8(ascii: "-") }
            if text.utf8.withContiguousStorageIfAvailable({ octets += $0 }) == nil { octets += text.utf8 }
            for place in start..<octets.count where octets[place] < 32 || octets[place] == 127 { octets[place] = UInt8(ascii: "?") }
            octets += [13, 10]
        }
        content = .lines(octets)
        self.endsSession = endsSession
    }

    /// Nothing is said: the peer is gone.
    public static let silence = Reply("", endsSession: true)

    /// Nothing more is said: the verb has given its answer by itself.
    public static let said = Reply("")

    /// The first digit, the kind of answer: 2 done, 3 go on, 4 not now, 5 no. 0 when nothing is said.
    public var kind: Int {
        withOctets { $0.first.map { Int($0) - 48 } ?? 0 }
    }

    public var isRefusal: Bool { kind == 5 }

    /// The whole answer, each line with its CRLF, in at most two spans that are valid during the call.
    public func write(_ emit: (UnsafeRawBufferPointer) -> Void) {
        switch content {
        case .line(let line):
            guard line.utf8CodeUnitCount > 0 else { return }
            line.withUTF8Buffer { emit(UnsafeRawBufferPointer($0)) }
            withUnsafeBytes(of: (UInt8(13), UInt8(10)), emit)
        case .lines(let octets): octets.withUnsafeBytes(emit)
        }
    }

    /// With its CRLFs.
    public var octets: [UInt8] {
        var octets: [UInt8] = []
        write { octets += $0 }
        return octets
    }

    /// Without the last CRLF.
    public var description: String { String(decoding: octets.dropLast(2), as: UTF8.self) }

    public static func == (a: Reply, b: Reply) -> Bool { a.endsSession == b.endsSession && a.octets == b.octets }
    public func hash(into hasher: inout Hasher) { hasher.combine(octets) }

    private func withOctets<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        switch content {
        case .line(let line): line.withUTF8Buffer { body(UnsafeRawBufferPointer($0)) }
        case .lines(let octets): octets.withUnsafeBytes(body)
        }
    }
}
