import MessageFormat
import Testing

@Suite struct CorpusTests {
    @Test(arguments: Corpus.names)
    func rendersAsWritten(name: String) throws {
        let message = try Corpus.message(name)
        let text = MessageStructure(message).golden(of: message)
        guard !Corpus.isWriting else { return try Corpus.write(golden: text, name) }
        let golden = try Corpus.golden(name)
        for (line, (wanted, got)) in zip(golden.split(separator: "\n"), text.split(separator: "\n")).enumerated() {
            #expect(wanted == got, "\(name).golden, line \(line + 1) of those that are not empty")
        }
        #expect(golden == text)
    }

    @Test func thereIsACorpus() { #expect(Corpus.names.count >= 25) }

    @Test(arguments: Corpus.names)
    func isWellFormedForIMAP(name: String) throws {
        let structure = MessageStructure(try Corpus.message(name))
        let envelope = IMAPSyntax.items(structure.summary.envelope)
        #expect(envelope?.count == 1)
        if case .list(let members)? = envelope?.first { #expect(members.count == 10) }
        #expect(IMAPSyntax.items(structure.summary.bodyStructure)?.count == 1)
        #expect(IMAPSyntax.items(structure.body)?.count == 1)
    }

    /// Every prefix of a message is a message.
    @Test(arguments: Corpus.names)
    func anyCutGivesWellFormedText(name: String) throws {
        let message = try Corpus.message(name)
        for length in stride(from: 0, to: message.count, by: message.count > 4000 ? 97 : 7) {
            let structure = MessageStructure(Array(message[..<length]))
            #expect(IMAPSyntax.items(structure.summary.envelope)?.count == 1)
            #expect(IMAPSyntax.items(structure.summary.bodyStructure)?.count == 1)
            #expect(structure.root.range == 0..<length)
        }
    }
}
