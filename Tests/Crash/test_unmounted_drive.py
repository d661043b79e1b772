"""A start without the mail drive, and a drive that goes while mail is served: no mail is taken, nothing is written where the drive
should be, everybody is told, and it heals by itself when the drive comes back."""

import imaplib
import json
import re
import time

import digest
from demonstration import PASSWORD, Demonstration, address
from drive import Drive
from ledger import Ledger, compose
from load import Load
import pytest

PATIENCE = 20
PEOPLE = ("alice", "bob", "carol")


@pytest.fixture()
def moved():
    """A house whose mail is on a drive of its own, with some mail in it."""
    with Drive(300) as drive, Demonstration(settings={"store.free-space-floor": "16MiB"}) as server:
        done = server.cli("storage", "move", str(drive.path), "--wait")
        assert done.returncode == 0, done
        ledger = Ledger()
        with Load(server, ledger, senders=2, filers=1, movers=1, think=0.02):
            time.sleep(0.5)
        yield drive, server, ledger
        server.stop()


def away(server):
    """What senders, readers and operators hear."""
    with server.smtp() as session:
        session.ehlo()
        answer = session.mail("a@example.org")
        if answer[0] == 250:
            answer = session.rcpt(address("alice"))
        assert answer[0] == 451 and answer[1].startswith(b"4.3.0"), answer
    with imaplib.IMAP4("127.0.0.1", server.imap_port, timeout=20) as session:
        status, answer = "OK", None
        try:
            session.login(address("alice"), PASSWORD)
            status, answer = session.select("INBOX")
        except imaplib.IMAP4.error as refusal:
            status, answer = "NO", [str(refusal).encode()]
        assert status == "NO" and b"[UNAVAILABLE]" in answer[0], answer
    facts = json.loads(server.cli("storage", "status", "--json").stdout)
    assert facts["state"] == "unavailable" and "mounted" in facts["trouble"], facts
    assert facts["freeSpace"] == facts["totalSpace"] == 0, f"what was measured of a drive that is away: {facts}"
    assert re.search(r"^State: +unavailable: .*^Drive: +not there$", shown := server.cli("storage", "status").stdout, re.M | re.S), shown
    whole = json.loads(server.cli("status", "--json").stdout)
    assert whole["store"]["totalSpace"] == 0 and "Mail drive:  not there" in server.cli("status").stdout, whole
    assert whole["store"]["state"] == "unavailable" and any("No mail is accepted" in line for line in whole["problems"]), whole


def heals(server, ledger):
    deadline = time.monotonic() + PATIENCE
    while json.loads(server.cli("storage", "status", "--json").stdout)["state"] != "ready":
        assert time.monotonic() < deadline, server.journal_tail()
        time.sleep(0.1)
    identifier = f"healed-{time.monotonic_ns()}@crash.test"
    ledger.note(ledger.tried, ["alice"], identifier)
    with server.smtp() as session:
        session.sendmail("a@example.org", [address("alice")], compose(identifier, 1000))
    ledger.note(ledger.acknowledged, ["alice"], identifier)
    ledger.check(server)


def test_a_start_without_the_drive(moved):
    drive, server, ledger = moved
    before = digest.of_all(server, PEOPLE)
    for _ in range(2):  # also when it was refused once already
        server.stop()
        if drive.path.is_mount():
            drive.unmount()
        server.start()
        away(server)
        assert list(drive.path.iterdir()) == [], "something was written below the mount point"
    drive.mount()
    heals(server, ledger)
    assert digest.differences(before, digest.of_all(server, PEOPLE)) == []


def test_the_drive_goes_and_comes_back(moved):
    drive, server, ledger = moved
    with Load(server, ledger, senders=2, filers=1, movers=1, think=0.02):
        time.sleep(0.5)
        drive.pull()
        time.sleep(2)
        away(server)
        assert list(drive.path.iterdir()) == [], "something was written below the mount point"
        drive.let_go()
        drive.mount()
        time.sleep(2)
    heals(server, ledger)


def test_another_drive_in_its_place_is_not_taken_for_it(moved):
    """Neither a drive with other mail, nor an older copy of this mail, nor an empty one."""
    drive, server, ledger = moved
    server.stop()
    drive.unmount()
    with Drive(300) as other:
        other.unmount()
        image, drive.image = drive.image, other.image
        drive.mount()
        server.start()
        away(server)
        assert [each.name for each in drive.path.iterdir()] == ["lost+found"]
        drive.unmount()
        drive.image = image
    drive.mount()
    heals(server, ledger)
