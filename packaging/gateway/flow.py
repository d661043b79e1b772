"""flow.py ADDRESS STOP: sends alice one mail after the other, in sessions of a few, until the file STOP is there. Then every mail that was
acknowledged must be in her INBOX, and none twice.

Says how many there are, in one line; ends with 0 when all of it is true.
"""

import collections
import imaplib
import os
import re
import smtplib
import sys
import time

address, stop = sys.argv[1:3]
# Whoever forgets the file does not keep this running.
deadline = time.monotonic() + 600
acknowledged = set()
number = 0
while not os.path.exists(stop) and time.monotonic() < deadline:
    try:
        with smtplib.SMTP(address, 25, timeout=15) as smtp:
            for _ in range(5):
                number += 1
                smtp.sendmail("sender@example.org", ["alice@postern.test"], f"Subject: flow {number}.\r\n\r\nA mail.\r\n")
                acknowledged.add(number)
                time.sleep(0.02)
    except (OSError, smtplib.SMTPException):
        time.sleep(0.02)  # 421: the server goes down; what had no answer may be there or not

imap = imaplib.IMAP4(address, 143, timeout=15)
imap.login("alice@postern.test", "postern-demo")
imap.select("INBOX", readonly=True)
parts = imap.fetch("1:*", "(BODY[HEADER.FIELDS (SUBJECT)])")[1]
found = collections.Counter(
    int(seen[1]) for part in parts if isinstance(part, tuple) and (seen := re.search(rb"Subject: flow (\d+)\.", part[1]))
)
lost = [each for each in acknowledged if each not in found]
twice = [each for each, times in found.items() if times > 1]
print(f"acknowledged={len(acknowledged)} lost={len(lost)} twice={len(twice)}")
sys.exit(1 if lost or twice or not acknowledged else 0)
