import MailStore
import MessageFormat

/// Where a message's octets are while one of its answers is made.
enum MessageSource {
    case store(StoreSnapshot, StoredMessage)
    /// The whole message, valid inside the call that holds it.
    case memory(UnsafeRawBufferPointer)

    func withOctets<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        switch self {
        case .store(let snapshot, let message): try snapshot.withBytes(of: message, range, body)
        case .memory(let octets): try body(UnsafeRawBufferPointer(rebasing: octets[range.clamped(to: 0..<octets.count)]))
        }
    }

    func octets(_ range: Range<Int>) throws -> [UInt8] { try withOctets(range) { Array($0) } }
}

/// The parts of a row's summary while the row is at hand.
struct SummaryParts {
    var headerLength: Int
    var envelope: UnsafeRawBufferPointer
    var structure: UnsafeRawBufferPointer
}

extension StoreSnapshot {
    /// Hands out a row's summary without copying it; one that this program cannot read is made anew from the message.
    func withSummary<R>(of entry: borrowing MailboxEntry, _ body: (SummaryParts) throws -> R) throws -> R {
        let known = try MessageSummary.withParts(ofEncoded: entry.summary) { headerLength, _, envelope, structure in
            try body(SummaryParts(headerLength: headerLength, envelope: envelope, structure: structure))
        }
        if let known { return known }
        let made = try withBytes(of: entry.message, 0..<entry.message.size) { MessageStructure.parse($0).summary }
        return try made.envelope.withUnsafeBytes { envelope in
            try made.bodyStructure.withUnsafeBytes { structure in
                try body(SummaryParts(headerLength: made.headerLength, envelope: envelope, structure: structure))
            }
        }
    }
}
