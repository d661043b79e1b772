import MessageFormat
import Testing

/// RFC 9051 §6.4.5.1
@Suite struct PartNumberTests {
    @Test(
        arguments: [
            ("plain", [], "text/plain"), ("plain", [1], "text/plain"), ("plain", [2], nil), ("plain", [0], nil), ("plain", [1, 1], nil),
            ("plain", [-1], nil),
            ("nested", [], "multipart/mixed"), ("nested", [1], "multipart/related"), ("nested", [1, 1, 2], "text/html"),
            ("nested", [1, 2], "image/gif"),
            ("nested", [2], "text/x-signature"), ("nested", [3], nil), ("nested", [2, 1], nil), ("nested", [1, 1, 1, 1], nil),
            ("nested", [.max], nil),
            ("nested", [.min], nil),
            ("forwarded", [1], "text/plain"), ("forwarded", [2], "message/rfc822"), ("forwarded", [2, 1], "text/plain"),
            ("forwarded", [2, 2], "message/rfc822"),
            ("forwarded", [2, 2, 1], "text/plain"), ("forwarded", [2, 2, 2], nil), ("forwarded", [2, 2, 1, 1], nil),
            ("forwarded", [2, 3], nil),
            ("only-a-message", [1], "message/rfc822"), ("only-a-message", [1, 1], "text/plain"), ("only-a-message", [1, 2], nil),
            ("only-a-message", [1, 1, 1], nil), ("digest", [2, 1, 1], "text/plain"), ("digest", [2, 3], "text/plain"),
        ] as [(String, [Int], String?)])
    func namesAPart(message: String, path: [Int], type: String?) throws {
        let part = MessageStructure(try Corpus.message(message)).part(path)
        #expect(part.map { "\($0.contentType.type)/\($0.contentType.subtype)" } == type)
    }
}
