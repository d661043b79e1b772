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
