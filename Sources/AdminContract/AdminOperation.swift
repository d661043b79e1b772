internal import MailCore

/// What an operator can do, as a value: the stored properties are the parameters, `Answer` is the result.
///
/// The command line's command, the HTTP route, the form and the documentation follow from `spec` and these two.
public protocol AdminOperation: Codable, Sendable {
    associatedtype Answer: Codable & Sendable
    /// The parameters' names; a request with any other is refused.
    associatedtype CodingKeys: CodingKey & CaseIterable
    static var spec: OperationSpec { get }
    /// What it is done to, for the journal: a name, never a secret.
    var subject: String { get }
}

extension AdminOperation {
    public var subject: String { "" }

    /// The names of all parameters.
    public static var parameters: [String] { CodingKeys.allCases.map(\.stringValue) }
}

/// The facts about an operation.
public struct OperationSpec: Hashable, Sendable {
    public enum Method: String, Codable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// Noun and verb: `account add`, the command as it is typed.
    public let name: String
    public let method: Method
    /// Where it is found; `{address}` stands for the parameter of that name. All other parameters travel in a JSON body.
    public let path: String
    /// One sentence, for the help.
    public let doc: String

    public init(_ name: String, _ method: Method, _ path: String, _ doc: String) {
        self.name = name
        self.method = method
        self.path = path
        self.doc = doc
    }

    /// The last word of the name: what a command below its noun is called.
    public var verb: String { name.parts(at: " ").last.map(String.init) ?? name }

    /// The names of the parameters that are a part of the path.
    public var pathParameters: [String] {
        path.parts(at: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The path of one call. `value` gives the text of a parameter; everything but unreserved characters is percent-encoded
    /// (RFC 3986 §2.1).
    public func path(filledBy value: (_ parameter: String) -> String?) -> String {
        let parts = path.parts(at: "/").map { part in
            part.hasPrefix("{") ? Self.encoded(value(String(part.dropFirst().dropLast())) ?? "") : String(part)
        }
        return "/" + parts.joined(separator: "/")
    }

    private static func encoded(_ text: String) -> String {
        var encoded = ""
        for octet in text.utf8 {
            let isUnreserved = octet &- 48 < 10 || (octet | 0x20) &- 97 < 26 || "-._~@".utf8.contains(octet)
            if isUnreserved {
                encoded.unicodeScalars.append(UnicodeScalar(octet))
            } else {
                encoded += octet < 16 ? "%0" : "%"
                encoded += String(octet, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

/// Every operation; a new one is one line here.
public enum AdminOperations {
    public static let all: [any AdminOperation.Type] = [
        SettingsList.self, SettingsGet.self, SettingsSet.self, SettingsReset.self,
        DomainAdd.self, DomainList.self, DomainShow.self, DomainSet.self, DomainRemove.self,
        AccountAdd.self, AccountList.self, AccountShow.self, AccountSet.self, AccountRemove.self,
        AliasAdd.self, AliasList.self, AliasShow.self, AliasSet.self, AliasRemove.self,
        CertificateImport.self, CertificateLink.self, CertificateSelfSigned.self, CertificateList.self, CertificateShow.self,
        CertificateRemove.self,
        StoreCheck.self,
        InterfaceList.self, AccessList.self, AccessCheck.self, AccessExplain.self,
        QueueList.self, QueueShow.self, QueueRetry.self, QueueHold.self, QueueRelease.self, QueueDelete.self, QueueReroute.self,
        RouteAdd.self, RouteList.self, RouteRemove.self, RelayTest.self,
        TasksList.self, TasksShow.self, TasksLog.self, TasksStart.self, TasksPause.self, TasksResume.self, TasksCancel.self,
        TasksLimit.self,
        DrivesList.self, StorageStatus.self, StorageMove.self, StorageUndo.self, StorageDiscardOld.self,
        StorageRestore.self, Status.self, FactoryReset.self, Trace.self,
    ]
}
