import MessageFormat
import Testing

@Suite struct SummaryTests {
    @Test(arguments: Corpus.names)
    func goesBothWays(name: String) throws {
        let summary = MessageStructure(try Corpus.message(name)).summary
        let encoded = summary.encoded
        #expect(encoded.withUnsafeBytes { MessageSummary(encoded: $0) } == summary)
        let seen = encoded.withUnsafeBytes { raw in
            MessageSummary.withParts(ofEncoded: raw) { headerLength, sentDate, envelope, bodyStructure in
                headerLength == summary.headerLength && sentDate == summary.sentDate && Array(envelope) == summary.envelope
                    && Array(bodyStructure) == summary.bodyStructure
            }
        }
        #expect(seen == true)
    }

    /// The form is small, and what is damaged is never read as something else than a summary.
    @Test func damageIsNoCrash() throws {
        let encoded = MessageStructure(try Corpus.message("plain")).summary.encoded
        for length in 0..<encoded.count { encoded[..<length].withUnsafeBytes { _ = MessageSummary(encoded: $0) } }
        for at in 0..<min(40, encoded.count) {
            for octet: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var damaged = encoded
                damaged[at] = octet
                damaged.withUnsafeBytes {
                    _ = MessageSummary(encoded: $0)
                    _ = MessageSummary.sentDay(ofEncoded: $0)
                }
            }
        }
    }

    @Test(
        arguments: [[], [1], [2, 0, 0, 0], [1, 0, 0, 9, 40], [1, 0, 2, 0], [1, 0, 1, 0], [1] + Array(repeating: 255, count: 12)]
            as [[UInt8]])
    func otherFormsAreRefused(form: [UInt8]) {
        #expect(form.withUnsafeBytes { MessageSummary(encoded: $0) } == nil)
    }

    @Test func theOverheadIsFewOctets() throws {
        let summary = MessageStructure(try Corpus.message("plain")).summary
        #expect(summary.encoded.count - summary.envelope.count - summary.bodyStructure.count <= 17)
    }

    @Test func headerLengthReachesTheBody() throws {
        for name in Corpus.names {
            let structure = MessageStructure(try Corpus.message(name))
            #expect(structure.summary.headerLength == structure.root.bodyRange.lowerBound)
        }
    }
}
