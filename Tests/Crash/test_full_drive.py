"""A drive that runs full: mail is put off, nothing is lost, reading goes on, and it recovers by itself."""

import contextlib
import os
import time

from demonstration import Demonstration, address
from drive import Drive
from ledger import Ledger, compose
from load import Load
import pytest

MIB = 1 << 20
PATIENCE = 30  # seconds for the daemon to see that things have changed


@pytest.fixture()
def small():
    with Drive(mebibytes=400) as drive, Demonstration(drive.path / "state", {"store.free-space-floor": "100MiB"}) as server:
        yield drive, server
        server.stop()


def occupy(drive, leave):
    """Fills the drive with a file until only `leave` octets are free; returns the file's path."""
    path = drive.path / "ballast"
    with open(path, "wb") as ballast:
        if drive.free() > leave:
            os.posix_fallocate(ballast.fileno(), 0, drive.free() - leave)
        if leave == 0:
            with contextlib.suppress(OSError):  # to the last block
                while ballast.write(bytes(4096)):
                    ballast.flush()
    return path


def send(server, identifier):
    """Code and enhanced code of the first command that was not welcome, else of the message's acceptance."""
    with server.smtp() as session:
        session.ehlo()
        code, text = session.mail("a@example.org")
        if code == 250:
            code, text = session.rcpt(address("alice"))
        if code == 250:
            code, text = session.docmd("DATA")
        if code == 354:
            session.send(compose(identifier, 4000) + b".\r\n")
            code, text = session.getreply()
            return "after the data", code, text.split()[0].decode()
        return "before the data", code, text.split()[0].decode()


def wait_until(server, ledger, wanted):
    deadline = time.monotonic() + PATIENCE
    number = 0
    while True:
        number += 1
        identifier = f"try-{time.monotonic_ns()}@crash.test"
        ledger.note(ledger.tried, ["alice"], identifier)
        answer = send(server, identifier)
        if answer[1] == 250:
            ledger.note(ledger.acknowledged, ["alice"], identifier)
        if wanted(answer):
            return answer
        assert time.monotonic() < deadline, f"after {PATIENCE} s still {answer}"
        time.sleep(0.2)


def test_below_the_floor_mail_is_put_off_before_the_data(small):
    drive, server = small
    ledger = Ledger()
    wait_until(server, ledger, lambda answer: answer[1] == 250)
    ballast = occupy(drive, leave=60 * MIB)

    assert wait_until(server, ledger, lambda answer: answer[1] != 250) == ("before the data", 452, "4.3.1")
    session = server.imap("alice")
    status, answer = session.append("INBOX", None, None, compose("never@crash.test", 4000))
    assert status == "NO" and answer[0].startswith(b"[OVERQUOTA]"), answer
    session.select("INBOX")
    assert session.fetch("1", "(BODY.PEEK[])")[0] == "OK"
    assert session.store("1", "+FLAGS", "\\Seen")[0] == "OK"
    session.logout()

    ballast.unlink()
    wait_until(server, ledger, lambda answer: answer[1] == 250)
    ledger.check(server)


def test_a_drive_that_is_really_full_loses_nothing(small):
    """The floor guards against others; here somebody fills the drive faster than any floor can be looked at."""
    drive, server = small
    server.stop()
    server.settings["store.free-space-floor"] = "1MiB"
    server.start()
    ledger = Ledger()
    with Load(server, ledger, large=0.05) as load:
        time.sleep(1)
        ballast = occupy(drive, leave=MIB // 2)
        time.sleep(3)
        assert ledger.acknowledged and load.replies - {"250 2.0.0", "250 2.6.0"}
        ballast.unlink()
        acknowledged = len(ledger.acknowledged)
        deadline = time.monotonic() + PATIENCE
        while len(ledger.acknowledged) < acknowledged + 20:
            assert time.monotonic() < deadline, f"no mail is taken although there is room: {sorted(load.replies)}"
            time.sleep(0.2)
    print(sorted(load.replies))
    ledger.check(server)
    server.kill()
    server.start()
    ledger.forgive_refusals()
    ledger.check(server)


def test_a_start_on_a_full_drive_lets_people_read(small):
    """Else nobody could delete anything."""
    drive, server = small
    ledger = Ledger()
    wait_until(server, ledger, lambda answer: answer[1] == 250)
    server.kill()
    ballast = occupy(drive, leave=0)
    server.start()
    assert len(server.messages()) == len(ledger.acknowledged)
    assert send(server, "never@crash.test") == ("before the data", 452, "4.3.1")
    ballast.unlink()
    wait_until(server, ledger, lambda answer: answer[1] == 250)
    ledger.check(server)
