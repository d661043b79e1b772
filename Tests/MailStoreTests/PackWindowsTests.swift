import Foundation
import Glibc
import Testing

@testable import MailStore

@Suite struct PackWindowsTests {
    enum Help: CaseIterable { case none, working, neverBegins }

    private static let size = Int64(PackWindows.size)
    private static let end = 3 * size + 12_345
    private static let octets = [UInt8]((0..<end).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) })

    /// Calls `body` with windows on a file of ``octets``.
    private func withWindows(
        from start: Int64 = 0, to end: Int64 = end, _ help: Help, _ body: (PackWindows) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/postern-windows-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data(Self.octets).write(to: URL(fileURLWithPath: folder + "/pack"))
        let pool = WorkerPool(threads: 1)
        if help == .neverBegins { pool.close() }
        let file = try SystemFile("pack", in: try Folder(folder), flags: O_RDONLY)
        let windows = PackWindows(file, from: start, to: end, helper: help == .none ? nil : pool)
        defer {
            windows.close()
            pool.close()
        }
        try body(windows)
    }

    /// Forwards with short and long strides, over a gap, and back.
    @Test(arguments: Help.allCases) func whatIsShownIsWhatTheFileHas(help: Help) throws {
        let forwards = Array(stride(from: 0, through: Self.end, by: 77_777)) + Array(stride(from: 0, through: Self.end, by: 800_000))
        let edges = [Self.size - 1, Self.size, Self.size + 1, 1, 511, 512, 513, Self.end, 0, Self.size + 700, 3 * Self.size, Self.end - 1]
        for start in [0, 600, Self.size] {
            try withWindows(from: start, help) { windows in
                for place in forwards + edges {
                    try windows.go(to: place)
                    let before = max(windows.shown.lowerBound, place - Int64(PackWindows.margin))..<place
                    #expect(before.count == min(Int(place), PackWindows.margin))
                    #expect(windows.part(before).elementsEqual(Self.octets[Int(before.lowerBound)..<Int(before.upperBound)]))
                    if place == windows.shown.upperBound, place < Self.end { try windows.goOn() }
                    let behind = place..<min(windows.shown.upperBound, place + 5000)
                    #expect(!behind.isEmpty || place == Self.end)
                    #expect(windows.part(behind).elementsEqual(Self.octets[Int(behind.lowerBound)..<Int(behind.upperBound)]))
                }
            }
        }
    }

    /// The file is shorter than it should be: what it has can still be shown.
    @Test(arguments: Help.allCases) func anEndThatComesTooSoonIsSaid(help: Help) throws {
        try withWindows(to: Self.end + 4 * Self.size, help) { windows in
            try windows.go(to: 2 * Self.size)
            #expect(throws: StoreError.damaged("pack ends at \(Self.end)")) { try windows.go(to: Self.end) }
            try windows.go(to: Self.size)
            let last = Self.size - 8..<Self.size
            #expect(windows.part(last).elementsEqual(Self.octets[Int(last.lowerBound)..<Int(last.upperBound)]))
        }
        try withWindows(help) { windows in
            #expect(throws: StoreError.damaged("pack ends at \(Self.end)")) { try windows.go(to: Self.end + 1) }
        }
    }
}
