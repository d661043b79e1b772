import MailCore
import MessageFormat
import NIOCore

/// A message's octets as they go out, piece by piece: its header, then the rest out of the store, converted where that is planned.
struct OutgoingContent {
    private let mail: OutgoingMail
    private var isBegun = false
    private var step = 0
    /// Where the step goes on.
    private var place: Int?
    private var encoder = TransferEncoder.identity

    init(_ mail: OutgoingMail) { self.mail = mail }

    /// The next octets; `nil` behind the last.
    mutating func next() async throws(ClientFailure) -> [UInt8]? {
        guard isBegun else {
            isBegun = true
            return mail.head
        }
        while step < mail.steps.count {
            switch mail.steps[step] {
            case .copy(let range), .body(let range, _):
                if let piece = try await nextPiece(of: range) { return piece }
            case .header(let range, let encoding, let isMessage):
                let block = try await mail.octets(range)
                step += 1
                guard let header = block.withUnsafeReadableBytes({ SevenBitPlan.header($0, encoding, ofMessage: isMessage) }) else {
                    throw ClientFailure(.content, .ours("a part's header is not what it was"))
                }
                return header
            }
        }
        return nil
    }

    /// `nil` when the step is at its end.
    private mutating func nextPiece(of range: Range<Int>) async throws(ClientFailure) -> [UInt8]? {
        let start = place ?? range.lowerBound
        if place == nil { encoder = mail.steps[step].encoder }
        var out: [UInt8] = []
        if start < range.upperBound {
            let end = min(start + OutgoingMail.piece, range.upperBound)
            let piece = try await mail.octets(start..<end)
            piece.withUnsafeReadableBytes { encoder.encode($0, into: &out) }
            place = end
            return out
        }
        encoder.finish(into: &out)
        place = nil
        step += 1
        return out.isEmpty ? nil : out
    }
}

extension OutgoingMail {
    /// The octets of the range, all of them.
    func octets(_ range: Range<Int>) async throws(ClientFailure) -> ByteBuffer {
        do {
            let piece = try await read(range)
            guard piece.readableBytes == range.count else { throw ClientFailure(.content, .ours("it is cut off")) }
            return piece
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            // The connection ends in the middle of the message, and the server throws away what it has.
            throw ClientFailure(.content, .ours("\(error)"))
        }
    }

    /// The message without octets beyond ASCII; `nil` when it cannot be had that way. It is read twice to find out how, and once more for
    /// its size: that is for old servers only. RFC 6152 §3
    func inSevenBit() async throws(ClientFailure) -> OutgoingMail? {
        var head = head
        if !Self.isASCII(head) {
            head = head.withUnsafeBytes { HeaderRewriting(recodesSubject: true).apply($0) }
            guard Self.isASCII(head) else { return nil }
        }
        var converted = self
        converted.head = head
        converted.size = head.count + rest.count
        converted.is8Bit = false
        var parser = StructureParser()
        var isASCII = true
        try await forEachPiece { bytes, start in
            parser.feed(bytes)
            let body = bytes.dropFirst(max(0, rest.lowerBound - start))
            if isASCII, !HeaderFields.isASCII(UnsafeRawBufferPointer(rebasing: body)) { isASCII = false }
        }
        if isASCII { return converted }
        let root = parser.finish().root
        guard root.bodyRange == rest else { return nil }
        var survey = EightBitSurvey(root)
        try await forEachPiece { bytes, _ in survey.feed(bytes) }
        guard let plan = SevenBitPlan(root, survey), plan.steps.allSatisfy(Self.isReadable) else { return nil }
        converted.steps = plan.steps
        if let encoding = plan.encoding {
            guard let declared = head.withUnsafeBytes({ SevenBitPlan.header($0, encoding, ofMessage: true) }) else { return nil }
            converted.head = declared
        }
        // The headers within are as the plan needs them, or there is none.
        for case .header(let range, let encoding, let isMessage) in plan.steps {
            let block = try await octets(range)
            guard block.withUnsafeReadableBytes({ SevenBitPlan.header($0, encoding, ofMessage: isMessage) }) != nil else { return nil }
        }
        var content = OutgoingContent(converted)
        var size = 0
        while let piece = try await content.next() { size += piece.count }
        converted.size = size
        return converted
    }

    private func forEachPiece(_ body: (UnsafeRawBufferPointer, Int) -> Void) async throws(ClientFailure) {
        var start = 0
        while start < rest.upperBound {
            let end = min(start + Self.piece, rest.upperBound)
            let piece = try await octets(start..<end)
            piece.withUnsafeReadableBytes { body($0, start) }
            start = end
        }
    }

    private static func isASCII(_ octets: [UInt8]) -> Bool { octets.withUnsafeBytes { HeaderFields.isASCII($0) } }

    /// A header is read whole.
    private static func isReadable(_ step: SevenBitPlan.Step) -> Bool {
        if case .header(let range, _, _) = step { range.count <= 1 << 20 } else { true }
    }
}
