import CChecksum
import MailCore

/// How a message lies in a pack.
///
/// ```
/// pack file   0  "POSTPACK"   8  version u32   12  number u32   16  offset of the first record u64   24…63  zero
/// record      0  "PSTN"       4  version u16    6  zero u16
///             8  header length u32 (a multiple of 8, this table and the deliveries)
///            12  CRC32C u32 of the header from octet 16 on
///            16  body length u64     24  CRC32C u32 of the body     28  zero u32
///            32  message id i64      40  arrival i64, µs since 1970
///            48  internal date i64, s since 1970                    56  system flags u64
///            64  deliveries: count u16, then each: account 16 octets, address u16 + UTF-8, mailbox u16 + UTF-8
///             …  queue: count u16, and when it is not 0: sender u16 + UTF-8, then each recipient's address u16 + UTF-8
///             …  the message as received, then zeros up to a multiple of 8
/// ```
/// All numbers are little endian. The header serves disasters only (`rebuild`): the index is the truth.
enum PackRecord {
    static let packMagic: [UInt8] = Array("POSTPACK".utf8)
    static let magic: [UInt8] = Array("PSTN".utf8)
    static let version: UInt16 = 1
    static let packHeaderLength = 64
    static let fixedHeaderLength = 64
    /// Where the body of a message begins that is a pack of its own: its header ends there, and may be this long.
    static let spoolBodyOffset = 65536

    struct Header: Equatable {
        var id: MessageID
        /// Microseconds since 1970.
        var arrival: Int64
        /// Seconds since 1970.
        var internalDate: Int64
        var flags: Flags
        var bodyLength: Int
        var bodyChecksum: UInt32
        var deliveries: [LocalRecipient]
        /// Recipients elsewhere: of the envelope only who sends to whom is written.
        var queue: OutgoingEnvelope?
    }

    static func packHeader(number: Int64, firstRecord: Int) -> [UInt8] {
        var bytes = packMagic
        bytes.appendInteger(UInt32(version))
        bytes.appendInteger(UInt32(truncatingIfNeeded: number))
        bytes.appendInteger(UInt64(firstRecord))
        bytes += [UInt8](repeating: 0, count: packHeaderLength - bytes.count)
        return bytes
    }

    /// The record's header. Deliveries that would not fit before a spooled body are left out; the index has them all.
    static func encode(_ header: Header) -> [UInt8] {
        var deliveries: [UInt8] = []
        var count: UInt16 = 0
        for delivery in header.deliveries {
            var bytes = delivery.account.octets
            for text in [delivery.address.description, delivery.mailbox] {
                let utf8 = Array(text.utf8.prefix(2048))
                bytes.appendInteger(UInt16(utf8.count))
                bytes += utf8
            }
            guard fixedHeaderLength + 2 + deliveries.count + bytes.count + 8 <= spoolBodyOffset - packHeaderLength else { break }
            deliveries += bytes
            count += 1
        }
        let queue = encodeQueue(header.queue, room: spoolBodyOffset - packHeaderLength - fixedHeaderLength - 2 - deliveries.count - 8)
        let length = (fixedHeaderLength + 2 + deliveries.count + queue.count + 7) & ~7
        var bytes = magic
        bytes.reserveCapacity(length)
        bytes.appendInteger(version)
        bytes.appendInteger(UInt16(0))
        bytes.appendInteger(UInt32(length))
        bytes.appendInteger(UInt32(0))
        bytes.appendInteger(UInt64(header.bodyLength))
        bytes.appendInteger(header.bodyChecksum)
        bytes.appendInteger(UInt32(0))
        bytes.appendInteger(header.id.number)
        bytes.appendInteger(header.arrival)
        bytes.appendInteger(header.internalDate)
        bytes.appendInteger(header.flags.intersection(.system).rawValue)
        bytes.appendInteger(count)
        bytes += deliveries
        bytes += queue
        bytes += [UInt8](repeating: 0, count: length - bytes.count)
        let checksum = bytes.withUnsafeBytes { checksum_crc32c(0, $0.baseAddress! + 16, length - 16) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(12..<16, with: $0) }
        return bytes
    }

    private static func encodeQueue(_ envelope: OutgoingEnvelope?, room: Int) -> [UInt8] {
        guard let envelope else { return [] }
        func text(_ text: String) -> [UInt8] {
            let utf8 = Array(text.utf8.prefix(2048))
            var bytes: [UInt8] = []
            bytes.appendInteger(UInt16(utf8.count))
            return bytes + utf8
        }
        var body = text(envelope.sender.description)
        var count: UInt16 = 0
        for recipient in envelope.recipients {
            let bytes = text(recipient.address.description)
            guard 2 + body.count + bytes.count <= room else { break }
            body += bytes
            count += 1
        }
        guard count > 0 else { return [] }
        var bytes: [UInt8] = []
        bytes.appendInteger(count)
        return bytes + body
    }

    /// Reads a record's header; `nil` when it is none or is damaged. `bytes` begins at the record.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> (header: Header, length: Int)? {
        guard bytes.count >= fixedHeaderLength, bytes.prefix(4).elementsEqual(magic) else { return nil }
        func integer<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
            T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
        let length = Int(integer(8, UInt32.self))
        guard integer(4, UInt16.self) == version, length >= fixedHeaderLength + 2, length <= spoolBodyOffset, length % 8 == 0,
            length <= bytes.count, let bodyLength = Int(exactly: integer(16, UInt64.self)),
            checksum_crc32c(0, bytes.baseAddress! + 16, length - 16) == integer(12, UInt32.self)
        else { return nil }
        var deliveries: [LocalRecipient] = []
        var place = fixedHeaderLength + 2
        for _ in 0..<integer(fixedHeaderLength, UInt16.self) {
            guard place + 18 <= length, let account = AccountID(octets: bytes[place..<place + 16]) else { return nil }
            place += 16
            var texts: [String] = []
            for _ in 0..<2 {
                guard place + 2 <= length else { return nil }
                let count = Int(integer(place, UInt16.self))
                guard place + 2 + count <= length else { return nil }
                texts.append(String(decoding: bytes[place + 2..<place + 2 + count], as: UTF8.self))
                place += 2 + count
            }
            guard let address = MailAddress(texts[0]) else { return nil }
            deliveries.append(LocalRecipient(account: account, address: address, mailbox: texts[1]))
        }
        var queue: OutgoingEnvelope?
        if place + 2 <= length, case let count = integer(place, UInt16.self), count > 0 {
            place += 2
            var texts: [String] = []
            for _ in 0...count {
                guard place + 2 <= length else { return nil }
                let size = Int(integer(place, UInt16.self))
                guard place + 2 + size <= length else { return nil }
                texts.append(String(decoding: bytes[place + 2..<place + 2 + size], as: UTF8.self))
                place += 2 + size
            }
            let recipients = texts.dropFirst().compactMap { MailAddress($0).map { OutgoingRecipient($0) } }
            guard recipients.count == count else { return nil }
            queue = OutgoingEnvelope(sender: MailAddress(texts[0]).map(ReversePath.address) ?? .nobody, recipients: recipients)
        }
        let header = Header(
            id: MessageID(integer(32, Int64.self)), arrival: integer(40, Int64.self), internalDate: integer(48, Int64.self),
            flags: Flags(rawValue: integer(56, UInt64.self)), bodyLength: bodyLength, bodyChecksum: integer(24, UInt32.self),
            deliveries: deliveries, queue: queue)
        return (header, length)
    }

    /// Octets that a record takes in a pack.
    static func paddedLength(header: Int, body: Int) -> Int { (header + body + 7) & ~7 }
}

extension [UInt8] {
    /// Little endian.
    fileprivate mutating func appendInteger(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
