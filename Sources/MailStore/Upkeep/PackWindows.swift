@preconcurrency import Glibc

/// A pack's octets from front to back, a window at a time and each octet once, which is how a kernel sees that it should read ahead.
///
/// With a helper the next window is read on its thread while the reader computes on this one. Where the helper has not begun with it the
/// reader reads it himself, so that nobody waits for a thread that is busy elsewhere.
///
/// | state of the other window | whose its octets are |
/// |---|---|
/// | idle | the reader's |
/// | wanted | of whoever takes it first |
/// | reading | of who took it |
/// | filled, refused | the reader's |
final class PackWindows: @unchecked Sendable {
    // `state` and `place` are touched under the gate; who may touch a window's octets is what the table says.

    /// Two of them, one at each processor, stay in the processors' caches.
    static let size = 512 << 10
    /// Octets before a window that are shown with it: a message's header begins before it.
    static let margin = 512

    private enum State { case idle, wanted, reading, filled, refused(StoreError) }

    /// What can be shown: the window and what is known of its margin, as places in the file.
    private(set) var shown: Range<Int64>
    private var octets: UnsafeMutableRawBufferPointer
    private var others: UnsafeMutableRawBufferPointer
    /// Of the file's octet that lies behind the margin of `octets`.
    private var begin: Int64
    private let file: SystemFile
    private let end: Int64
    private let hasHelper: Bool
    private let gate = Gate()
    private var state = State.idle
    /// Of the other window.
    private var place: Int64 = 0
    private var isClosed = false

    /// From `start` on; nothing behind `end` is read.
    init(_ file: SystemFile, from start: Int64, to end: Int64, helper: WorkerPool?) {
        self.file = file
        self.end = end
        hasHelper = helper != nil
        begin = Self.begin(before: start)
        shown = begin..<begin
        octets = .allocate(byteCount: Self.margin + Self.size, alignment: 4096)
        others = .allocate(byteCount: Self.margin + Self.size, alignment: 4096)
        posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        helper?.submit { [self] in help() }
    }

    deinit {
        octets.deallocate()
        others.deallocate()
    }

    /// The helper is let go. Must be called.
    func close() {
        gate.locked {
            isClosed = true
            gate.wakeAll()
        }
    }

    // MARK: the reader's

    /// Octets that are shown.
    func part(_ range: Range<Int64>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: octets[Int(range.lowerBound - begin) + Self.margin..<Int(range.upperBound - begin) + Self.margin])
    }

    /// Goes where the octet before `place` is shown, and as much of the margin before that as the file has. What nobody wants is passed
    /// over when it is long. Throws what kept the next window, which begins at `shown.upperBound`, from being read.
    func go(to place: Int64) throws(StoreError) {
        if place < shown.lowerBound + Int64(Self.margin) && shown.lowerBound > 0 || place > shown.upperBound + Int64(Self.size) {
            begin = Self.begin(before: place)
            shown = begin..<begin
        }
        while place > shown.upperBound { try goOn() }
    }

    /// Goes on to the next window.
    func goOn() throws(StoreError) {
        let wanted = shown.upperBound
        guard wanted < end else { throw .damaged("\(file.name) ends at \(wanted)") }
        let found: State = gate.locked {
            while case .reading = state { gate.wait() }
            defer { state = .idle }
            return place == wanted ? state : .idle
        }
        switch found {
        case .filled: break
        case .refused(let error): throw error
        case .idle, .wanted, .reading: try read(into: others, at: wanted)
        }
        let kept = min(Self.margin, shown.count)
        if kept > 0 { memcpy(others.baseAddress! + Self.margin - kept, part(wanted - Int64(kept)..<wanted).baseAddress!, kept) }
        shown = wanted - Int64(kept)..<min(end, wanted + Int64(Self.size))
        begin = wanted
        swap(&octets, &others)
        guard hasHelper, shown.upperBound < end else { return }
        gate.locked {
            place = shown.upperBound
            state = .wanted
            gate.wakeAll()
        }
    }

    /// A page's begin, the margin before `place`.
    private static func begin(before place: Int64) -> Int64 { max(0, place - Int64(margin)) & ~4095 }

    private func read(into octets: UnsafeMutableRawBufferPointer, at place: Int64) throws(StoreError) {
        let count = Int(min(Int64(Self.size), end - place))
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: octets[Self.margin..<Self.margin + count]), at: place)
    }

    // MARK: the helper's

    private func help() {
        while let (octets, place) = next() {
            let outcome: State
            do throws(StoreError) {
                try read(into: octets, at: place)
                outcome = .filled
            } catch { outcome = .refused(error) }
            gate.locked {
                state = outcome
                gate.wakeAll()
            }
        }
    }

    private func next() -> (UnsafeMutableRawBufferPointer, Int64)? {
        gate.locked {
            while !isClosed {
                if case .wanted = state {
                    state = .reading
                    return (others, place)
                }
                gate.wait()
            }
            return nil
        }
    }
}
