import MessageFormat
import Testing

@Suite struct HeaderFieldsTests {
    private static let block = Array(
        "From mbox line\r\nReceived: one\r\n\ttwo\r\nSubject : Hello\r\n  World \r\nno field\r\nTO: a@b\nX-Empty:\r\nTo: c@d\r\n\r\nBody: no\r\n"
            .utf8)

    private static func fields(_ block: [UInt8]) -> [String] {
        block.withUnsafeBytes { raw in
            let fields = HeaderFields(raw)
            return fields.map {
                let field = fields.field(at: $0)
                return "\(field.name)=\(readable(field.value))"
            }
        }
    }

    @Test func fieldsInOrder() {
        #expect(Self.fields(Self.block) == ["Received=one\\x09two", "Subject=Hello  World", "TO=a@b", "X-Empty=", "To=c@d"])
    }

    @Test(arguments: [
        ("", []), ("\r\n", []), ("\n", []), ("a", []), ("a:", ["a="]), ("a:b", ["a=b"]), ("a:b\r\n", ["a=b"]), ("a:b\r\n c", ["a=b c"]),
        ("a:b\r\n\r\nc:d", ["a=b"]), ("a:b\n\nc:d", ["a=b"]), (" a:b\r\nc:d", ["c=d"]), (":b\r\nc:d", ["c=d"]), ("a b:c", []),
        ("a\t :c", ["a=c"]),
        ("é:c\r\nd:e", ["d=e"]), ("a:b:c", ["a=b:c"]), ("a:\r\n b", ["a=b"]), ("a: b\rc", ["a=b\\rc"]),
        ("a:b\r\n \r\nc:d", ["a=b", "c=d"]),
        ("a:b\r\n\t\r\n\tc", ["a=b\\x09\\x09c"]), ("a\r\n:b", []), ("a:\r\n", ["a="]), ("\r", []), ("a:b\r", ["a=b"]),
    ])
    func brokenBlocks(block: String, fields: [String]) { #expect(Self.fields(Array(block.utf8)) == fields) }

    @Test func selectingKeepsTheOctets() {
        Self.block.withUnsafeBytes { raw in
            let fields = HeaderFields(raw)
            #expect(
                readable(fields.selecting([Array("to".utf8), Array("SUBJECT".utf8)]))
                    == "Subject : Hello\\r\\n  World \\r\\nTO: a@b\\nTo: c@d\\r\\n\\r\\n")
            #expect(readable(fields.selecting([Array("absent".utf8)])) == "\\r\\n")
            #expect(readable(fields.selecting([])) == "\\r\\n")
            let others = "From mbox line\\r\\nReceived: one\\r\\n\\x09two\\r\\nno field\\r\\nX-Empty:\\r\\n\\r\\n"
            #expect(readable(fields.excluding([Array("To".utf8), Array("subject".utf8)])) == others)
            #expect(fields.excluding([]) == Array(Self.block.dropLast("Body: no\r\n".utf8.count)))
        }
    }

    @Test func aLineWithoutEndGetsOne() {
        Array("a: b\r\nc: d".utf8).withUnsafeBytes { raw in
            #expect(readable(HeaderFields(raw).selecting([[UInt8(ascii: "C")]])) == "c: d\\r\\n\\r\\n")
            #expect(readable(HeaderFields(raw).excluding([[UInt8(ascii: "a")]])) == "c: d\\r\\n\\r\\n")
        }
    }

    @Test func theStructureHasTheFields() {
        let structure = MessageStructure("A: 1\r\nB: 2\r\n 3\r\n\r\nC: 4")
        #expect(structure.headerFields.map(\.name) == ["A", "B"])
        #expect(structure.headerFields.last.map { readable($0.value) } == "2 3")
    }
}
