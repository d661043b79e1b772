/// A number of bytes, written by people as `50MiB`.
///
/// The written form is a whole number followed by `B`, `KiB`, `MiB`, `GiB` or `TiB`; `description` uses the largest unit that
/// keeps it whole.
public struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Never negative when it was parsed; arithmetic may make it so.
    public var bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }
    public static func kibibytes(_ n: Int) -> ByteCount { ByteCount(n << 10) }
    public static func mebibytes(_ n: Int) -> ByteCount { ByteCount(n << 20) }
    public static func gibibytes(_ n: Int) -> ByteCount { ByteCount(n << 30) }

    /// `nil` when the text is not of the written form or does not fit.
    public init?(text: some StringProtocol) {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        let unit = String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self)
        guard let factor = Self.units.first(where: { $0.name == unit })?.factor else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        bytes = product
    }

    public var description: String {
        for unit in Self.units where bytes != 0 && bytes % unit.factor == 0 { return "\(bytes / unit.factor)\(unit.name)" }
        return "\(bytes)B"
    }

    /// As people read it: `512 B`, `1.5 KiB`, `20.0 GiB`.
    public var readable: String {
        guard bytes >= 1024, var unit = Self.units.last else { return "\(bytes) B" }
        for larger in Self.units.reversed() where bytes >= larger.factor { unit = larger }
        let tenths = Int((Double(bytes) / Double(unit.factor) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit.name)"
    }

    public static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }

    private static let units: [(name: String, factor: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]
}
