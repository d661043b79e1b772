/// sendmail(1), also shown for mailq and newaliases.
enum SendmailPage {
    static var text: String {
        var page = RoffPage("sendmail", section: 1, purpose: "hands a message to the Postern mail server", collection: "User Commands")
        page.section("SYNOPSIS")
        page.prose("sendmail [-ti] [-f ADDRESS] [-F NAME] [RECIPIENT]…\n\nsendmail -bs\n\nmailq\n\nnewaliases")
        page.section("DESCRIPTION")
        page.prose(
            """
            Reads a message from the standard input and puts it where the daemon takes it up, at once when it runs, else when it runs \
            again. Any user may send; who it was stands in the message's Received field. Date, Message-ID and From are added where they \
            are missing, Bcc is taken out.

            A recipient without a domain is one of this machine: an account or alias of that name in one of the server's domains, else, \
            for any user of this machine, whoever has root's mail. While root has no mailbox such mail waits and is not lost; postern \
            status tells of it, and "postern alias add root@DOMAIN ADDRESS" lets it go on. Whoever writes to nobody gets a report.
            """)
        page.section("OPTIONS")
        page.entry("-t", "Take recipients from To, Cc and Bcc too; of a message that is sent again from Resent-To and its like.")
        page.entry("-i, -oi", "A line with a dot alone does not end the message.")
        page.entry("-f ADDRESS, -r ADDRESS", "The envelope's sender; <> for none. Without it the calling user.")
        page.entry("-F NAME", "The sender's name, for a message without From.")
        page.entry("-bs", "Speak SMTP on the standard streams.")
        page.entry("-bp, mailq", "Show the queue, to those who may: postern queue list.")
        page.entry("-bi, -I, newaliases", "Nothing is to do: aliases hold at once.")
        page.entry("-q, -qTIME", "Nothing is to do: the daemon works on its queue by itself.")
        page.prose("Other options of other sendmails (-oem, -B8BITMIME, -odb, -v and more) are read and mean nothing here.")
        page.section("EXIT STATUS")
        page.entry("0", "The message lies safely on the disk.")
        page.entry("64", "The command line is not understood, or names no recipient.")
        page.entry("65", "The header names no recipient, or one that is no address.")
        page.entry("74", "The message could not be read to its end.")
        page.entry("75", "The message could not be kept; it is not sent. Try again later.")
        page.section("FILES")
        page.entry(
            "/var/spool/postern/drop", "Where messages wait for the daemon. Everybody may add to it, only the daemon can look into it.")
        page.section("ENVIRONMENT")
        page.entry("POSTERN_DROP", "Another folder, for a demonstration.")
        page.seeAlso([("postern", 1), ("posternd", 8)])
        return page.text
    }
}
