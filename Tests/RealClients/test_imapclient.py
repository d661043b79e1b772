"""imapclient's own live test suite, and its IDLE."""

import re
import subprocess
import sys
import threading
import time

from imapclient import IMAPClient
import letters
from demonstration import PASSWORD, address


# These fail against every server: the suite compares an Envelope as if it were a sequence, moves without UIDs by a command
# that imaplib does not know, and counts on a network that is slower than loopback.
FAULTS_OF_THE_SUITE = {"test_fetch", "test_move", "test_small_connection_timeout_fail", "test_small_read_timeout_fail"}


def test_its_live_test_suite(server, tmp_path):
    (tmp_path / "livetest.ini").write_text(
        f"[DEFAULT]\nhost = 127.0.0.1\nport = {server.imap_port}\nusername = {address('bob')}\npassword = {PASSWORD}\nssl = false\n"
    )
    command = [sys.executable, "-m", "imapclient.livetest", str(tmp_path / "livetest.ini"), "-v"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    ran = re.search(r"Ran (\d+) tests", done.stderr)
    failed = set(re.findall(r"^(?:FAIL|ERROR): (\w+)", done.stderr, re.M))
    assert ran and int(ran[1]) >= 50 and failed <= FAULTS_OF_THE_SUITE, done.stderr[-8000:]


def test_envelope_flags_and_move(server):
    """What the suite's own faults keep it from saying."""
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False) as client:
        client.login(address("carol"), PASSWORD)
        client.create_folder("enveloped")
        client.select_folder("enveloped")
        client.append("enveloped", ENVELOPED)
        client.noop()
        [number] = client.search()
        envelope = client.fetch(number, ["ENVELOPE", "RFC822", "INTERNALDATE"])[number][b"ENVELOPE"]
        assert (envelope.subject, envelope.message_id, envelope.in_reply_to) == (b"An envelope", b"<1@x>", b"<0@x>")
        assert envelope.from_ == envelope.sender == envelope.reply_to
        assert [str(each) for each in envelope.from_ + envelope.to] == ["Bob Smith <bob@smith.com>", "Some One <some@one.com>", "foo@foo.com"]
        assert str(envelope.date).startswith("2010-03-16 ") and envelope.cc is None and envelope.bcc is None
        client.create_folder("moved to")
        client.move([number], "moved to")
        assert client.search() == []
        assert client.folder_status("moved to", ["MESSAGES"]) == {b"MESSAGES": 1}


ENVELOPED = (
    b"From: Bob Smith <bob@smith.com>\r\nTo: Some One <some@one.com>, foo@foo.com\r\nDate: Tue, 16 Mar 2010 16:45:32 +0000\r\n"
    b"Subject: An envelope\r\nMessage-ID: <1@x>\r\nIn-Reply-To: <0@x>\r\n\r\nHello.\r\n"
)


def test_idle_hears_of_new_mail_at_once(server):
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False) as client:
        client.login(address("carol"), PASSWORD)
        client.select_folder("INBOX")
        client.idle()
        sent = []

        def send():
            with server.smtp() as session:
                session.sendmail("ann@example.org", [address("carol")], letters.letter("wake up"))
            sent.append(time.monotonic())

        sender = threading.Timer(0.3, send)
        sender.start()
        heard = client.idle_check(timeout=20)
        sender.join()
        assert any(part[1] == b"EXISTS" for part in heard if len(part) > 1), heard
        client.idle_done()
        assert client.search("SUBJECT wake") != []
