"""bulk.py ADDRESS fill|digest: mail of bob's that nobody touches. `fill` gives him 60 MB in four mailboxes; `digest` prints one number for
all that a mail program knows of it: subscriptions, UIDVALIDITY, UIDs, flags, dates and bodies.
"""

import hashlib
import imaplib
import random
import sys

BOXES = ("INBOX", "Projects", "Projects/Old", "Lists")
address, what = sys.argv[1:3]
imap = imaplib.IMAP4(address, 143, timeout=30)
imap.login("bob@postern.test", "postern-demo")
if what == "fill":
    for number, box in enumerate(BOXES):
        if number:
            imap.create(box)
            imap.subscribe(box)
        for each in range(10):
            # Beyond what the store keeps in memory: each is a pack of its own.
            body = f"Subject: {box} {each}\r\n\r\n{random.randbytes(750_000).hex()}\r\n".encode()
            flags = ("", "\\Seen", "\\Flagged $Work", "\\Answered \\Seen")[each % 4]
            status, answer = imap.append(box, f"({flags})", f'"0{1 + each % 9}-Feb-2024 10:00:00 +0000"', body)
            assert status == "OK", answer
        imap.select(box)
        imap.store("1", "+FLAGS", "\\Deleted")
        imap.expunge()
else:
    sum_of_all = hashlib.sha256(repr(imap.lsub('""', "*")).encode())
    for box in BOXES:
        sum_of_all.update(repr(imap.status(box, "(MESSAGES UIDNEXT UIDVALIDITY)")).encode())
        imap.select(box, readonly=True)
        for part in imap.fetch("1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")[1]:
            for octets in part if isinstance(part, tuple) else (part,):
                sum_of_all.update(octets)
    print(sum_of_all.hexdigest())
imap.logout()
