import CChecksum
@preconcurrency import Glibc
import MailCore

/// Walks over the records of one pack, front to back, believing nothing that its checksum does not prove. After damage it goes on
/// at the next record that can be read.
struct PackScan {
    struct Record {
        var header: PackRecord.Header
        var pack: Int64
        var bodyOffset: Int64
        var body: [UInt8]
    }

    private(set) var findings: [String] = []
    /// One past the last record that was read.
    private(set) var end: Int64
    private let number: Int64
    private let file: SystemFile
    private let size: Int64
    private var place: Int64

    /// `start`: where an earlier scan of the same pack ended; 0 for the first record.
    init(_ number: Int64, in folder: Folder, from start: Int64 = 0) throws(StoreError) {
        self.number = number
        file = try SystemFile(PackName.file(number), in: folder, flags: O_RDONLY)
        size = try file.size
        place = Int64(PackRecord.packHeaderLength)
        end = place
        var first = [UInt8](repeating: 0, count: 24)
        guard size >= place, Self.read(file, at: 0, into: &first), first.prefix(8).elementsEqual(PackRecord.packMagic) else {
            findings.append("\(file.name) has no pack's header.")
            place = size
            return
        }
        let begin = first.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 16, as: UInt64.self)) }
        place = max(Int64(clamping: begin), start)
        end = place
    }

    /// The next record whose header and body are proven; `nil` at the end.
    mutating func next() -> Record? {
        while place >= 0, place <= size - Int64(PackRecord.fixedHeaderLength) {
            var head = [UInt8](repeating: 0, count: Int(min(Int64(PackRecord.spoolBodyOffset), size - place)))
            guard Self.read(file, at: place, into: &head) else {
                findings.append("\(file.name) cannot be read at \(place).")
                return nil
            }
            guard let (header, length) = head.withUnsafeBytes({ PackRecord.decode($0) }) else {
                guard let step = Self.nextMagic(in: head) else {
                    place += Int64(max(8, head.count & ~7) - (head.count > 4096 ? 64 : 0))
                    continue
                }
                if head.prefix(4).contains(where: { $0 != 0 }) { findings.append("\(file.name) is damaged at \(place).") }
                place += Int64(step)
                continue
            }
            let bodyOffset = place + Int64(length)
            guard Int64(header.bodyLength) <= size - bodyOffset else {
                findings.append("\(file.name): message \(header.id) at \(place) is cut off.")
                return nil
            }
            var body = [UInt8](repeating: 0, count: header.bodyLength)
            let isRead = Self.read(file, at: bodyOffset, into: &body)
            let isWhole = isRead && body.withUnsafeBytes { checksum_crc32c(0, $0.baseAddress, $0.count) } == header.bodyChecksum
            place += Int64(PackRecord.paddedLength(header: length, body: header.bodyLength))
            guard isWhole else {
                findings.append("\(file.name): message \(header.id) is damaged.")
                continue
            }
            end = place
            return Record(header: header, pack: number, bodyOffset: bodyOffset, body: body)
        }
        return nil
    }

    /// Records begin at multiples of 8: the next place behind this one where one might.
    private static func nextMagic(in bytes: [UInt8]) -> Int? {
        stride(from: 8, to: bytes.count - 3, by: 8).first { bytes[$0..<$0 + 4].elementsEqual(PackRecord.magic) }
    }

    private static func read(_ file: SystemFile, at offset: Int64, into bytes: inout [UInt8]) -> Bool {
        bytes.withUnsafeMutableBytes { buffer in (try? file.read(into: buffer, at: offset)) != nil }
    }
}
