import MessageFormat
import Testing

@Suite struct StructureTests {
    @Test func anEmptyMessage() {
        let structure = MessageStructure("")
        #expect(structure.root.headerRange == 0..<0)
        #expect(structure.root.bodyRange == 0..<0)
        #expect(readable(structure.summary.bodyStructure) == #"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)"#)
        #expect(readable(structure.body) == #"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0)"#)
        var parser = StructureParser()
        #expect(parser.receivedCount == 0)
        #expect(parser.finish().root == structure.root)
    }

    /// RFC 2231 §3, §4: parameters as they come out.
    @Test(arguments: [
        ("a=b", ["a=b"]), (" A = \"b c\" ; d=e", ["a=b c", "d=e"]), ("a=b(c)", ["a=b"]), ("a=b (c) d", ["a=b (c) d"]),
        ("a=b (c); d=e", ["a=b", "d=e"]),
        ("a=\"b\\\"c\"", ["a=b\"c"]), ("a=\"b\r\n c\"", ["a=b c"]), ("a=", ["a="]), ("=b", []), (";;a=b;;", ["a=b"]), ("a", []),
        ("a b=c", ["b=c"]),
        ("a=b=c", ["a=b=c"]), ("a*=utf-8''%41", ["a*=utf-8''%41"]), ("a*0=x; a*1=y", ["a=xy"]), ("a*1=y; b=c; a*0=x", ["a=xy", "b=c"]),
        ("a*0*=utf-8''%41; a*1=\"b c%\"", ["a*=utf-8''%41b%20c%25"]), ("a*0=b; a*1*=%41", ["a*=''b%41"]), ("a*0=x; a*2=z", ["a=x"]),
        ("a*1=x", ["a*1=x"]), ("a*0=x; a*0=y", ["a=x"]), ("a*x=y", ["a*x=y"]), ("a*0*0=y", ["a*0*0=y"]), ("*0=y", ["*0=y"]),
        ("a*1234=y", ["a*1234=y"]),
        ("a=\"unclosed; b=c", ["a=unclosed; b=c"]), ("a=(b", ["a="]), ("a=((b)) c;d=e", ["a=c", "d=e"]),
        ("a=c((b)) c;d=e", ["a=c((b)) c", "d=e"]),
    ])
    func parameters(text: String, read: [String]) {
        let structure = MessageStructure("Content-Type: x/y; \(text)\r\n\r\n")
        let parameters = structure.root.contentType.parameters.map { "\($0.name)=\(String(decoding: $0.value, as: UTF8.self))" }
        #expect(parameters == read)
        let disposition = MessageStructure("Content-Disposition: x; \(text)\r\n\r\n").root.disposition
        #expect(disposition?.parameters == structure.root.contentType.parameters)
    }

    @Test(
        arguments: [
            ("Content-Disposition: attachment; filename=a.txt", "a.txt"), ("Content-Type: a/b; name=a.txt", "a.txt"),
            ("Content-Type: a/b; name=n\r\nContent-Disposition: attachment; filename=f", "f"),
            ("Content-Disposition: attachment; filename*=utf-8'de'%C3%9C.txt", "Ü.txt"),
            ("Content-Disposition: x; filename*=iso-8859-1''%DC; filename=U", "Ü"),
            ("Content-Disposition: x; filename*0*=utf-8''%C3; filename*1*=%9C; filename*2=.txt", "Ü.txt"),
            ("Content-Disposition: x; filename*=%41%4", "A%4"),
            ("Content-Type: a/b; name=\"=?utf-8?Q?=C3=9C?= x\"", "Ü x"), ("Content-Type: a/b; name=Ü", "Ü"), ("Content-Type: a/b", nil),
        ] as [(String, String?)])
    func fileNames(header: String, name: String?) { #expect(MessageStructure(header + "\r\n\r\n").root.fileName == name) }

    @Test(
        arguments: [
            ("text/plain; charset=UTF-8", "utf-8"), ("text/plain; charset*=us-ascii'en'KOI8-R", "koi8-r"), ("text/plain", nil),
            ("", "us-ascii"),
            ("text/plain; charset*0=iso-; charset*1=8859-1", "iso-8859-1"),
        ] as [(String, String?)])
    func charsets(type: String, charset: String?) {
        #expect(MessageStructure("Content-Type: \(type)\r\n\r\n").root.contentType.charset == charset)
    }

    /// Ranges of parts lie in each other and follow each other.
    @Test(arguments: Corpus.names)
    func rangesAreInOrder(name: String) throws {
        var parts = [MessageStructure(try Corpus.message(name)).root]
        while let part = parts.popLast() {
            #expect(part.headerRange.upperBound == part.bodyRange.lowerBound)
            var last = part.bodyRange.lowerBound
            for inner in part.children + [part.message].compactMap(\.self) {
                #expect(inner.range.lowerBound >= last)
                last = inner.range.upperBound
                parts.append(inner)
            }
        }
    }

    @Test func depositedBoundaryNeedsOneOctet() {
        for boundary in ["\"\"", "\"  \"", String(repeating: "b", count: 201)] {
            let text = boundary.replacing("\"", with: "")
            let structure = MessageStructure(
                "Content-Type: multipart/mixed; boundary=\(boundary)\r\n\r\n--\(text)\r\n\r\nx\r\n--\(text)--\r\n")
            #expect(structure.root.contentType == .plainText)
        }
        let longest = String(repeating: "b", count: 200)
        #expect(MessageStructure("Content-Type: multipart/mixed; boundary=\(longest)\r\n\r\n--\(longest)\r\n\r\n").root.children.count == 1)
    }
}
