/// `storage restore`
public struct StorageRestore: AdminOperation {
    public static let spec = OperationSpec(
        "storage restore", .post, "/api/storage/restore",
        "Uses a backup in place of the mail used now, which may be lost; answers the task that does it.")
    public enum CodingKeys: CodingKey, CaseIterable { case path, limit }
    public typealias Answer = TaskFacts

    /// The backup's folder, absolute.
    public var path: String
    /// `20MiB` a second.
    public var limit: String?
    public var subject: String { path }

    public init(path: String, limit: String? = nil) {
        self.path = path
        self.limit = limit
    }
}
