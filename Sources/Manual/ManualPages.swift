import MailSettings

/// Every man page but postern(1), which the command line itself knows: the file's name, and its roff.
public enum ManualPages {
    public static var all: [(file: String, text: String)] {
        [
            ("posternd.8", DaemonPage.text),
            ("postern-gatekeeper.8", GatekeeperPage.text),
            ("postern.toml.5", SettingsManual.page),
            ("sendmail.1", SendmailPage.text),
            ("mailq.1", ".so man1/sendmail.1\n"),
            ("newaliases.1", ".so man1/sendmail.1\n"),
        ]
    }
}
