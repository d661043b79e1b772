/// Durations as people write them in settings and on the command line: `1s`, `30m`, `48h`, `35d`.
extension Duration {
    /// `nil` when the text is not a whole number followed by `ms`, `s`, `m`, `h` or `d`, or does not fit.
    public init?(text: some StringProtocol) {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, digits.count <= 12, let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        switch String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self) {
        case "ms": self = .milliseconds(number)
        case "s": self = .seconds(number)
        case "m": self = .seconds(number * 60)
        case "h": self = .seconds(number * 3600)
        case "d": self = .seconds(number * 86400)
        default: return nil
        }
    }

    /// The shortest whole form: `90m` stays `90m`, `60m` becomes `1h`, `35d` stays `35d`. Below a second: `250ms`.
    public var text: String {
        let (seconds, attoseconds) = components
        if attoseconds != 0 { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
        for (unit, factor) in [("d", Int64(86400)), ("h", 3600), ("m", 60)] where seconds != 0 && seconds % factor == 0 {
            return "\(seconds / factor)\(unit)"
        }
        return "\(seconds)s"
    }
}
