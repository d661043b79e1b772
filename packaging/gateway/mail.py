"""mail.py ADDRESS SUBJECT [read]: sends alice a mail by port 25 and waits until she can read it by IMAP; with `read` only the latter."""

import imaplib
import smtplib
import sys
import time

address, subject = sys.argv[1:3]
if "read" not in sys.argv[3:]:
    with smtplib.SMTP(address, 25, timeout=5) as smtp:
        smtp.sendmail(
            "sender@example.org",
            ["alice@postern.test"],
            f"From: sender@example.org\r\nTo: alice@postern.test\r\nSubject: {subject}\r\n\r\nA mail.\r\n",
        )
deadline = time.monotonic() + 5
while True:
    imap = imaplib.IMAP4(address, 143, timeout=5)
    imap.login("alice@postern.test", "postern-demo")
    imap.select("INBOX", readonly=True)
    found = imap.search(None, "SUBJECT", f'"{subject}"')[1][0].split()
    if found:
        text = imap.fetch(found[0], "(BODY[])")[1][0][1]
        imap.logout()
        sys.exit(0 if b"A mail." in text else 1)
    imap.logout()
    if time.monotonic() > deadline:
        sys.exit("not delivered within 5 s")
    time.sleep(0.1)
