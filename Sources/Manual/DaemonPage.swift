import MailCore

/// posternd(8)
enum DaemonPage {
    static var text: String {
        var page = RoffPage("posternd", section: 8, purpose: "the Postern mail server", collection: "System Administration")
        let usage = UsageText(ProgramUsage.posternd)
        usage.open(&page)
        page.paragraph()
        page.prose(
            """
            It speaks SMTP, submission, IMAP and POP3, keeps the mail, sends to other servers what is for them, and is administered with \
            postern(1). systemd starts it as postern.service.
            """)
        usage.writeOptions(&page)
        page.section("SETTINGS AT THE START")
        page.prose(
            """
            The settings file as it was when it was right the last time is kept beside the state. A file that is broken at the start means \
            that one: the journal says so with the event settings-broken, the file and the line, and postern status shows it until the \
            file is right and read again. While the daemon runs a broken file changes nothing. When there is no last good file, as at the \
            first start, nothing is started: a mail server with settings that are in doubt might listen where it must not.
            """)
        page.section("PORTS")
        page.prose(
            """
            A port that another program holds keeps nothing else from working: the journal says with the event listen-failed which unit \
            and which user have it, postern status shows it as a problem, and the port is taken within five seconds after it is free.
            """)
        page.section("CREDENTIALS")
        page.prose(
            """
            A certificate whose key only root may read can come through systemd. LoadCredential=NAME.chain:PATH and \
            LoadCredential=NAME.key:PATH in a drop-in of postern.service make it the certificate NAME, before one of that name that is \
            kept otherwise. The files are followed like linked ones.
            """)
        page.section("JOURNAL")
        page.prose(
            """
            Every line has POSTERN_EVENT, a word of the list below, and where they apply POSTERN_MESSAGE (our name of a mail), \
            POSTERN_PEER, POSTERN_ACCOUNT and POSTERN_TASK. A mail's whole life:
            """)
        page.example("journalctl POSTERN_MESSAGE=name")
        page.prose("What repeats itself is told ten times a minute; then a line says how often it was not.")
        page.section("EVENTS")
        for event in JournalEvent.allCases { page.entry(event.rawValue, event.meaning) }
        page.section("EXIT STATUS")
        page.entry("0", "It was told to end.")
        page.entry("1", "It could not start, or broke off: the journal says why.")
        page.entry("2", "The command line is not understood.")
        page.entry("75", "It ended to begin anew, on another store or without its settings: systemd starts it again.")
        page.section("FILES")
        page.entry("/etc/postern/postern.toml", "The settings, postern.toml(5).")
        page.entry("/var/lib/postern", "Accounts, certificates, the last good settings, and mail unless it lies on another drive.")
        page.entry("/var/spool/postern/drop", "What programs of this machine have sent, until it is taken in. See sendmail(1).")
        page.entry("/run/postern/admin.sock", "The operators' socket.")
        page.seeAlso([("postern", 1), ("sendmail", 1), ("postern.toml", 5), ("postern-gatekeeper", 8), ("journalctl", 1)])
        return page.text
    }
}
