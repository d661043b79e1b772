import MailCore
import MessageFormat
import Testing

/// What a sender with bad intent makes: every one of these is cheap and gives well-formed text.
@Suite struct LimitTests {
    @Test func aHundredThousandParts() {
        let message =
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: "--b\r\n\r\nx\r\n", count: 100_000) + "--b--\r\n"
        let structure = MessageStructure(message)
        #expect(structure.root.children.count == 999)
        // The last one takes in all that follows.
        #expect(structure.root.children.last?.bodyRange.upperBound == message.utf8.count)
        #expect(structure.root.children[997].bodyRange.count == 1)
        #expect(IMAPSyntax.items(structure.summary.bodyStructure)?.count == 1)
    }

    /// The part that reaches the limit is an embedded message whose header a delimiter ends.
    @Test(arguments: ["--b--\r\nend", "--b\r\n\r\nnext\r\n--b--", "--b--", "--b"])
    func theLimitIsReachedAtADelimiter(rest: String) {
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n"
        let root = MessageStructure(message + rest, limits: StructureLimits(parts: 3)).root
        #expect(root.children.count == 1)
        #expect(root.children.first?.message != nil)
    }

    @Test func aThousandMultipartsInEachOther() {
        var message = ""
        for depth in 0..<1000 { message += "Content-Type: multipart/mixed; boundary=b\(depth)\r\n\r\n--b\(depth)\r\n" }
        let structure = MessageStructure(message)
        var depth = 0
        var part = structure.root
        while let child = part.children.first {
            part = child
            depth += 1
        }
        #expect(depth == 50)
        #expect(part.contentType.type == "application" && part.contentType.subtype == "octet-stream")
        #expect(IMAPSyntax.items(structure.summary.bodyStructure)?.count == 1)
    }

    @Test func aThousandMessagesInEachOther() {
        let structure = MessageStructure(String(repeating: "Content-Type: message/rfc822\r\n\r\n", count: 1000))
        var depth = 0
        var part = structure.root
        while let embedded = part.message {
            part = embedded
            depth += 1
        }
        #expect(depth == 50)
        #expect(part.contentType.subtype == "octet-stream")
        #expect(IMAPSyntax.items(structure.summary.bodyStructure)?.count == 1)
    }

    @Test func aHeaderBlockThatIsTooLarge() {
        var parser = StructureParser(limits: StructureLimits(headerBlock: .kibibytes(4)))
        let piece = Array("Received: x\r\n".utf8)
        var fed = 0
        while fed + piece.count <= 4096 {
            piece.withUnsafeBytes { parser.feed($0) }
            fed += piece.count
            #expect(!parser.headerTooLarge)
            #expect(parser.receivedCount == fed / piece.count)
        }
        piece.withUnsafeBytes { parser.feed($0) }
        #expect(parser.headerTooLarge)
        let structure = parser.finish()
        #expect(parser.headerTooLarge)
        #expect(structure.header.count == 4096)
        #expect(structure.root.headerRange == 0..<fed + piece.count)
    }

    @Test func aHeaderBlockOfExactlyTheLimit() {
        let block = Array("A: ".utf8) + [UInt8](repeating: 97, count: 4096 - 7) + Array("\r\n\r\n".utf8)
        var parser = StructureParser(limits: StructureLimits(headerBlock: .kibibytes(4)))
        block.withUnsafeBytes { parser.feed($0) }
        Array("body".utf8).withUnsafeBytes { parser.feed($0) }
        #expect(!parser.headerTooLarge)
        #expect(parser.finish().root.bodyRange == 4096..<4100)
    }

    @Test func aPartsHeaderThatIsTooLargeMakesItOpaque() {
        let message =
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\nX: "
            + String(repeating: "x", count: 2000) + "\r\n\r\nbody\r\n--b\r\n\r\nsmall\r\n--b--"
        let structure = MessageStructure(message, limits: StructureLimits(headerBlock: .kibibytes(1)))
        #expect(structure.root.children.map(\.contentType.subtype) == ["octet-stream", "plain"])
        #expect(structure.root.children.first?.bodyRange.count == 4)
    }

    @Test func manyAddresses() {
        let message = "From: a@b\r\nTo: g:" + String(repeating: "a@b,", count: 30_000) + "\r\n\r\n"
        let envelope = MessageStructure(message).summary.envelope
        #expect(envelope.count < 500_000)
        guard case .list(let members)? = IMAPSyntax.items(envelope)?.first, case .list(let to) = members[5] else {
            Issue.record("no envelope")
            return
        }
        // From, and twice in its stead, are copies; the group is ended.
        #expect(to.count == 10_000)
        #expect(to.last == .list([.null, .null, .null, .null]))
    }

    @Test func manyParameters() {
        let parameters = (0..<10_000).map { "; p\($0)=v" }.joined()
        let sections = (0..<900).map { "; f*\($0)=\"v\"" }.joined()
        let structure = MessageStructure("Content-Type: text/plain\(sections)\(parameters)\r\n\r\n")
        #expect(structure.root.contentType.parameters.count == 1)
        #expect(structure.root.contentType.parameters.first?.value.count == 256)
    }

    /// The details of all parts together are bounded; the tree stays.
    @Test func manyDetails() {
        let part = "--b\r\nContent-Type: text/html; name=\"\(String(repeating: "n", count: 10_000))\"\r\nContent-ID: <i>\r\n\r\nx\r\n"
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: part, count: 300) + "--b--\r\n"
        let structure = MessageStructure(message)
        #expect(structure.root.children.count == 300)
        #expect(structure.root.children.first?.id != nil)
        #expect(structure.root.children.last?.id == nil)
        #expect(structure.root.children.last?.contentType.subtype == "html")
        #expect(structure.summary.bodyStructure.count < 1_200_000)
    }

    @Test func manyEmbeddedEnvelopes() {
        let part = "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: \(String(repeating: "\"", count: 10_000))\r\n\r\n"
        let message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + String(repeating: part, count: 200) + "--b--\r\n"
        let structure = MessageStructure(message)
        #expect(structure.root.children.count == 200)
        #expect(structure.summary.bodyStructure.count < 3 << 20)
        #expect(structure.root.children.last?.message?.envelope == Array("(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)".utf8))
    }

    @Test(arguments: ["Content-Type: ", "Content-Disposition: x; a=", "Content-Language: ", "Date: ", "From: ", "Subject: ", "To: <"])
    func longFieldsEnd(field: String) {
        for unit in ["(", ")", "\"", "\\", "=?", "=?a?q?", "((x)", "(x)y", ";a=(b)c", ",", "a/b;", "\r\n ", "1", "*0*=", "<@", "\u{0}"] {
            let message = field + String(repeating: unit, count: 60_000 / unit.utf8.count) + "\r\n\r\n"
            #expect(IMAPSyntax.items(MessageStructure(message).summary.envelope)?.count == 1)
        }
    }

    /// A thousand boundaries that begin alike, and lines that begin like them.
    @Test func boundariesThatBeginAlike() {
        var message = ""
        let stem = String(repeating: "x", count: 190)
        for depth in 0..<49 { message += "Content-Type: multipart/mixed; boundary=\(stem)\(depth)\r\n\r\n--\(stem)\(depth)\r\n" }
        message += String(repeating: "\r\n--\(stem)zz", count: 5000)
        #expect(MessageStructure(message).root.lines == 5000 + 49 * 3 - 3 + 1)
    }

    @Test func nothingButLineEnds() {
        let structure = MessageStructure([UInt8](repeating: 10, count: 100_000))
        #expect(structure.root.bodyRange == 1..<100_000)
        #expect(structure.root.lines == 99_999)
    }

    @Test func linesAreCounted() {
        var random = SplitMix(state: 3)
        for length in 0..<400 {
            let body = (0..<length).map { _ in random.next() % 3 == 0 ? UInt8(10) : UInt8(truncatingIfNeeded: random.next()) }
            #expect(MessageStructure([10] + body).root.lines == body.count { $0 == 10 })
        }
    }
}
