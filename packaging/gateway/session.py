"""session.py ADDRESS PORT FOLDER: an SMTP session that is begun, says so by FOLDER/up, and goes on to a delivered mail when FOLDER/go is there.

Ends with 0 when the server kept its word all the way: the mail was taken within the same session.
"""

import os
import smtplib
import sys
import time

address, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with smtplib.SMTP(address, port, timeout=10) as smtp:
    smtp.ehlo()
    smtp.mail("sender@example.org")
    open(f"{folder}/up", "w").close()
    deadline = time.monotonic() + 60
    while not os.path.exists(f"{folder}/go") and time.monotonic() < deadline:
        time.sleep(0.02)
    code, _ = smtp.rcpt("alice@postern.test")
    sys.exit(0 if code == 250 and smtp.data("Subject: kept\r\n\r\nStill here.\r\n")[0] == 250 else 1)
