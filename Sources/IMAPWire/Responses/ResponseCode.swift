/// What a program may read of an answer: the text in brackets. RFC 3501 §7.1, RFC 5530 §3
public enum ResponseCode: Hashable, Sendable, CustomStringConvertible {
    case alert
    case alreadyExists
    case appendUID(validity: UInt32, uid: UInt32)
    case authenticationFailed
    case badCharset
    case cannot
    case capability([String])
    case clientBug
    case closed
    case corruption
    case copyUID(validity: UInt32, sources: [ClosedRange<UInt32>], destinations: [ClosedRange<UInt32>])
    case expungeIssued
    case limit
    case nonExistent
    case overQuota
    case permanentFlags([String])
    case privacyRequired
    case readOnly
    case readWrite
    case serverBug
    case tooBig
    case tryCreate
    case uidNext(UInt32)
    case uidValidity(UInt32)
    case unavailable
    case unseen(Int)
    case useAttribute

    /// Without brackets.
    public var description: String {
        switch self {
        case .alert: "ALERT"
        case .alreadyExists: "ALREADYEXISTS"
        case .appendUID(let validity, let uid): "APPENDUID \(validity) \(uid)"  // RFC 4315 §3
        case .authenticationFailed: "AUTHENTICATIONFAILED"
        case .badCharset: "BADCHARSET (US-ASCII UTF-8)"
        case .cannot: "CANNOT"
        case .capability(let names): "CAPABILITY " + names.joined(separator: " ")
        case .clientBug: "CLIENTBUG"
        case .closed: "CLOSED"
        case .corruption: "CORRUPTION"
        case .copyUID(let validity, let sources, let destinations):
            "COPYUID \(validity) \(sources.sequenceText) \(destinations.sequenceText)"  // RFC 4315 §3
        case .expungeIssued: "EXPUNGEISSUED"
        case .limit: "LIMIT"
        case .nonExistent: "NONEXISTENT"
        case .overQuota: "OVERQUOTA"
        case .permanentFlags(let flags): "PERMANENTFLAGS (" + flags.joined(separator: " ") + ")"
        case .privacyRequired: "PRIVACYREQUIRED"
        case .readOnly: "READ-ONLY"
        case .readWrite: "READ-WRITE"
        case .serverBug: "SERVERBUG"
        case .tooBig: "TOOBIG"  // RFC 4469 §4.2
        case .tryCreate: "TRYCREATE"
        case .uidNext(let uid): "UIDNEXT \(uid)"
        case .uidValidity(let validity): "UIDVALIDITY \(validity)"
        case .unavailable: "UNAVAILABLE"
        case .unseen(let number): "UNSEEN \(number)"
        case .useAttribute: "USEATTR"  // RFC 6154 §3
        }
    }
}
