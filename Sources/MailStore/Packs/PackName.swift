/// `packs/00000001.pack`: a pack's number is its name.
enum PackName {
    static func file(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".pack"
    }

    /// `nil` for a name that is no pack's.
    static func number(_ file: String) -> Int64? {
        guard file.hasSuffix(".pack"), file.utf8.count >= 13 else { return nil }
        let digits = file.utf8.dropLast(5)
        guard digits.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
