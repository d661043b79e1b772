/// An enhanced mail system status code, `class.subject.detail`. RFC 3463 §2
public struct EnhancedStatus: Hashable, Sendable, CustomStringConvertible {
    public let `class`: UInt8
    public let subject: UInt16
    public let detail: UInt16

    public init(_ class: UInt8, _ subject: UInt16, _ detail: UInt16) {
        self.class = `class`
        self.subject = subject
        self.detail = detail
    }

    public var description: String { "\(`class`).\(subject).\(detail)" }
}

extension EnhancedStatus {
    /// Reads `4.7.1`; `nil` when it is not of that form. RFC 3463 §2
    public init?(_ text: some StringProtocol) {
        var scanner = Scanner(String(text))
        guard let status = scanner.enhancedStatus(), scanner.atEnd else { return nil }
        self = status
    }
}

extension Scanner {
    /// Takes a status code if one comes next: class 2, 4 or 5, then one to three digits twice. RFC 3463 §2
    public mutating func enhancedStatus() -> EnhancedStatus? {
        var copy = self
        guard let digit = copy.next(), digit == 50 || digit == 52 || digit == 53, copy.take(UInt8(ascii: ".")),
            let subject = copy.shortNumber(), copy.take(UInt8(ascii: ".")), let detail = copy.shortNumber()
        else { return nil }
        self = copy
        return EnhancedStatus(digit - 48, subject, detail)
    }

    private mutating func shortNumber() -> UInt16? {
        let digits = take { $0.isASCIIDigit }
        guard (1...3).contains(digits.count) else { return nil }
        return digits.reduce(0) { $0 * 10 + UInt16($1 - 48) }
    }
}
