import MailCore
import Testing

@testable import postern_sendmail

/// The command line of sendmail as programs write it.
struct SendmailOptionsTests {
    static func options(_ change: (inout SendmailOptions) -> Void = { _ in }) throws -> SendmailOptions {
        var options = try SendmailOptions(name: "sendmail", [])
        change(&options)
        return options
    }

    @Test(arguments: [
        // cron, PHP, bsd-mailx, mutt, git, logcheck
        ("-FCronDaemon -i -B8BITMIME -oem root", "root", "-", "CronDaemon", "i"),
        ("-t -i", "", "-", "-", "ti"),
        ("-i -FRoot -f me@example.org -- a@b.example -c", "a@b.example -c", "me@example.org", "Root", "i"),
        ("-oem -oi -f a@b -- x y", "x y", "a@b", "-", "i"),
        ("-ti", "", "-", "-", "ti"),
        ("-tfa@b.example -v", "", "a@b.example", "-", "t"),
        ("-odb -om -N failure -V id -O X=y -G -Am -L tag -h 3 a", "a", "-", "-", ""),
        ("-f <> a", "a", "<>", "-", ""),
        ("- a", "- a", "-", "-", ""),
    ])
    func delivering(line: String, recipients: String, sender: String, name: String, flags: String) throws {
        let options = try SendmailOptions(name: "/usr/sbin/sendmail", line.split(separator: " ").map(String.init))
        #expect(
            try options
                == Self.options {
                    $0.recipients = recipients.split(separator: " ").map(String.init)
                    $0.sender = sender == "-" ? nil : sender
                    $0.fullName = name == "-" ? nil : name
                    $0.readsRecipients = flags.contains("t")
                    $0.ignoresDots = flags.contains("i")
                })
    }

    @Test(arguments: [
        ("sendmail", "-bs", SendmailOptions.Mode.converse), ("sendmail", "-bp", .listQueue), ("sendmail", "-bi", .initialiseAliases),
        ("sendmail", "-I", .initialiseAliases), ("sendmail", "-q", .runQueue), ("sendmail", "-q30m", .runQueue),
        ("/usr/bin/mailq", "", .listQueue),
        ("newaliases", "", .initialiseAliases), ("sendmail", "-bm", .deliver),
    ])
    func modes(name: String, line: String, mode: SendmailOptions.Mode) throws {
        #expect(try SendmailOptions(name: name, line.split(separator: " ").map(String.init)).mode == mode)
    }

    @Test(arguments: [
        ("-Z", "the option -Z is not understood."), ("-f", "the option -f needs a value."),
        ("-bd", "the daemon is posternd, and systemd starts it."),
        ("-bv a", "the mode -bv is not there."),
    ])
    func nonsense(line: String, sentence: String) {
        do throws(Complaint) {
            _ = try SendmailOptions(name: "sendmail", line.split(separator: " ").map(String.init))
            Issue.record("\(line) was understood")
        } catch {
            #expect(error.sentence == sentence)
            #expect(error.code == 64)
        }
    }

    @Test func recipientsOfAHeader() throws {
        let header = "To: a@b.example, Friends: c@d.example, root;\r\nCc: \"E\" <e@f.example>\nbcc:\n g@h.example\n\n"
        #expect(
            try HeaderRecipients.all(in: Array(header.utf8)).map(\.description) == [
                "a@b.example", "c@d.example", "root", "e@f.example", "g@h.example",
            ])
        let resent = header.dropLast() + "Resent-To: x@y.example\n\n"
        #expect(try HeaderRecipients.all(in: Array(resent.utf8)).map(\.description) == ["x@y.example"])
        #expect((try? HeaderRecipients.all(in: Array("To: a@-\n\n".utf8))) == nil)
        #expect(try HeaderRecipients.all(in: Array("Subject: x\n\n".utf8)).isEmpty)
    }
}
