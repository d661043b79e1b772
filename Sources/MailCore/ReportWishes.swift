/// How much of a message a report about it returns. RFC 3461 §4.3
public enum ReturnedContent: Int, Hashable, Sendable {
    case unsaid = 0
    case full = 1
    case headers = 2
}

/// When the sender wants to hear of a recipient. RFC 3461 §4.1
public struct NotifySet: OptionSet, Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let success = NotifySet(rawValue: 1)
    public static let failure = NotifySet(rawValue: 2)
    public static let delay = NotifySet(rawValue: 4)
    /// It was said, even when the set is otherwise empty: NOTIFY=NEVER.
    public static let said = NotifySet(rawValue: 8)

    /// Whether a failure is told: it is unless the sender asked for something else.
    public var tellsFailure: Bool { !contains(.said) || contains(.failure) }
    /// Whether a delay is told.
    public var tellsDelay: Bool { !contains(.said) || contains(.delay) }
    public var tellsSuccess: Bool { contains(.success) }
}
