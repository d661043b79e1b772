/// `store check`
public struct StoreCheck: AdminOperation {
    public static let spec = OperationSpec(
        "store check", .post, "/api/store/check", "Reads every message back and proves that the index and the counters are true.")
    public enum CodingKeys: CodingKey, CaseIterable {}

    public struct Answer: Codable, Sendable {
        /// Messages and bytes that were read.
        public var messages: Int
        public var bytes: Int
        /// One sentence each; none when all is well.
        public var findings: [String]

        public init(messages: Int, bytes: Int, findings: [String]) {
            self.messages = messages
            self.bytes = bytes
            self.findings = findings
        }
    }

    public init() {}
}
