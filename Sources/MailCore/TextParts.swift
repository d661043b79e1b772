/// Texts are taken apart by scalars. As characters, a separator is joined with what stands beside it, and not found: a line feed with a
/// carriage return before it, a space, `=` or `/` with a combining mark behind it.
extension StringProtocol {
    /// What stands between the separators; with `keepingEmpty` also where that is nothing.
    public func parts(at separator: Unicode.Scalar, maxSplits: Int = .max, keepingEmpty: Bool = false) -> [Substring] {
        Substring(self).unicodeScalars.split(separator: separator, maxSplits: maxSplits, omittingEmptySubsequences: !keepingEmpty)
            .map(Substring.init)
    }

    /// What stands before and behind the first separator; `nil` without one.
    public func halves(at separator: Unicode.Scalar) -> (before: Substring, behind: Substring)? {
        let scalars = Substring(self).unicodeScalars
        return scalars.firstIndex(of: separator).map { Self.halves(scalars, at: $0) }
    }

    /// What stands before and behind the last separator; `nil` without one.
    public func halves(atLast separator: Unicode.Scalar) -> (before: Substring, behind: Substring)? {
        let scalars = Substring(self).unicodeScalars
        return scalars.lastIndex(of: separator).map { Self.halves(scalars, at: $0) }
    }

    private static func halves(_ scalars: Substring.UnicodeScalarView, at place: String.Index) -> (Substring, Substring) {
        (Substring(scalars[..<place]), Substring(scalars[scalars.index(after: place)...]))
    }

    /// Where the path's last name lies: `/etc` of `/etc/postern`, `/` of `/etc`, `.` of `etc`.
    public var parentFolder: String { halves(atLast: "/").map { $0.before.isEmpty ? "/" : String($0.before) } ?? "." }
}
