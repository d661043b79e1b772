import MailCore
import Testing

struct DropEnvelopeTests {
    @Test func thereAndBack() throws {
        let envelope = DropEnvelope(
            sender: DropName("root"),
            recipients: ["root", "bob@example.org", "\"a b\"@example.org", "\"x y\"", "\u{59D}@example.org"].compactMap { DropName($0) },
            fullName: "Cron\nDaemon ü")
        #expect(envelope.recipients.count == 5)
        let text = Array("Subject: x\n\n".utf8)
        let (read, length) = try DropEnvelope.read(envelope.octets + text)
        #expect(read.sender == .local("root"))
        #expect(read.recipients == envelope.recipients)
        #expect(read.fullName == "CronDaemon ü")
        #expect(Array((envelope.octets + text)[length...]) == text)
        #expect(
            try DropEnvelope.read(Array("postern-drop 1\nfrom \nto a\nto a\n\n".utf8)).envelope
                == .init(sender: nil, recipients: [.local("a")]))
    }

    @Test(arguments: [
        "", "postern-drop 2\nfrom a\nto b\n\n", "postern-drop 1\nfrom a\n\n", "postern-drop 1\nto b\n\n", "postern-drop 1\nfrom a\nto b\n",
        "postern-drop 1\nfrom a\nfrom b\nto b\n\n", "postern-drop 1\nfrom a\nto b c\n\n", "postern-drop 1\nfrom a\nto <b>\n\n",
        "postern-drop 1\nfrom a\nto \n\n", "postern-drop 1\nfrom a\nto b\rc\n\n", "postern-drop 1\nfrom a\nbcc b\n\n",
        "postern-drop 1\nfrom a\nto \(String(repeating: "x", count: 65))\n\n",
        "postern-drop 1\nname \(String(repeating: "x", count: 2000))\nfrom a\nto b\n\n",
    ])
    func foul(text: String) { #expect((try? DropEnvelope.read(Array(text.utf8))) == nil) }

    @Test(arguments: [
        ("root", DropName.local("root")), ("a@B.example", .address(MailAddress("a@b.example")!)), ("\"a@b\"", .local("a@b")),
    ])
    func names(text: String, name: DropName) {
        #expect(DropName(text) == name)
        #expect(DropName(name.description) == name)
    }

    @Test func namesThatAreNone() {
        for text in ["", "a@", "@b", "a b", "a@b c", "a..b", "a@-"] { #expect(DropName(text) == nil, "\(text)") }
    }
}
