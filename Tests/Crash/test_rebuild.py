"""The index is made anew while the daemon runs: mail is put off meanwhile, nobody is told a lie, and all mail is there afterwards, whatever
dies on the way."""

import os
import random
import re
import smtplib
import time

from demonstration import Demonstration, address
import pytest
from tasks import PATIENCE, wait_for

EARLY, LATE = 60, 200  # messages that the index's copy knows, and those that only the packs do
LIMIT, SIZE = "64KB", 3000  # one step of the rebuild is some twenty messages of this size, and takes a second


class House:
    """Mail of which the index's copy knows the beginning only."""

    def __init__(self):
        self.server = Demonstration()

    def __enter__(self):
        self.server.__enter__()
        self.root = self.server.state / "mail/postern-mail"
        self.deliver(range(EARLY))
        copied = self.server.call("tasks", "start", "index-copy")["id"]
        assert wait_for(self.server, copied)["state"] == "done"
        self.deliver(range(EARLY, EARLY + LATE))
        self.expected = sorted(b"%d" % number for number in range(EARLY + LATE))
        assert self.bodies() == self.expected
        self.validity = self.uid_validity()
        return self

    def __exit__(self, *exception):
        return self.server.__exit__(*exception)

    def deliver(self, numbers):
        with self.server.smtp() as session:
            for number in numbers:
                body = f"{number}\r\n" + ("x" * 70 + "\r\n") * (SIZE // 72)
                session.sendmail("a@example.org", [address("alice")], f"Subject: {number}\r\n\r\n{body}")

    def bodies(self):
        return sorted(message.split(b"\r\n\r\n", 1)[1].split(b"\r\n")[0] for message in self.server.messages("alice"))

    def uid_validity(self):
        session = self.server.imap()
        answer = session.status("INBOX", "(UIDVALIDITY)")[1][0]
        session.logout()
        return int(re.search(rb"UIDVALIDITY (\d+)", answer)[1])

    def begin(self):
        """A rebuild that is met among the packs."""
        task = self.server.call("tasks", "start", "rebuild-index", "--limit", LIMIT)["id"]
        self.reach("unavailable")
        return task

    def goes_on(self, task):
        self.server.call("tasks", "limit", task, "none")
        self.server.begins_anew()

    def reach(self, state):
        deadline = time.monotonic() + PATIENCE
        while self.server.call("storage", "status")["state"] != state:
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def is_rebuilt(self, task):
        """The task is done, the daemon has begun anew, and everything is there, once, under numbers that nobody knew."""
        facts = wait_for(self.server, task)
        assert facts["state"] == "done" and not facts["warnings"], facts
        assert self.bodies() == self.expected
        assert self.uid_validity() != self.validity
        assert self.server.call("store", "check")["findings"] == []
        self.deliver([EARLY + LATE])
        assert len(self.bodies()) == len(self.expected) + 1
        return facts


@pytest.fixture
def house():
    with House() as house:
        yield house


def overwrite(index):
    with open(index, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (index.stat().st_size - 4096))


def lose(index):
    index.unlink()


def test_mail_is_put_off_and_comes_back(house):
    server = house.server
    session = server.imap()
    session.select("INBOX")
    sender = server.smtp()
    task = house.begin()
    # Whoever was there before hears of it, and is not dropped.
    status, answer = session.status("INBOX", "(MESSAGES)")
    assert status == "NO" and b"[UNAVAILABLE]" in answer[0], answer
    with pytest.raises(smtplib.SMTPException) as refused:
        sender.sendmail("a@example.org", [address("alice")], "Subject: too early\r\n\r\n\r\n")
    assert "451" in str(refused.value), refused.value
    assert server.call("storage", "status")["state"] == "unavailable"
    assert "made anew" in server.cli("status").stdout
    assert server.call("tasks", "show", task)["state"] == "running"
    house.goes_on(task)
    facts = house.is_rebuilt(task)
    assert f"{EARLY} messages from its last copy, {LATE} found" in facts["result"], facts


def test_an_index_that_is_damaged_is_made_anew(house):
    """Found by a check while the daemon runs."""
    server = house.server
    server.stop()
    server.start()
    overwrite(house.root / "index.sqlite")
    assert server.imap().select("INBOX")[0] == "NO"
    shown = server.cli("status")
    assert shown.returncode == 1 and "Warning: The index of the mail store is damaged: " in shown.stdout, shown
    assert '"postern tasks start rebuild-index"' in shown.stdout and "event=store-damaged" in server.journal.read_text()
    checked = wait_for(server, server.call("tasks", "start", "check-store")["id"])
    assert checked["state"] == "failed" or checked["warnings"], checked
    task = server.call("tasks", "start", "rebuild-index")["id"]
    server.begins_anew()
    house.is_rebuilt(task)


@pytest.mark.parametrize("damage", [overwrite, lose])
def test_a_start_on_a_damaged_index(house, damage):
    """The daemon is there and puts mail off, so that the index can be made anew without anybody's shell."""
    server = house.server
    server.stop()
    damage(house.root / "index.sqlite")
    server.start()
    for _ in range(2):
        with server.smtp() as sender:
            with pytest.raises(smtplib.SMTPException) as refused:
                sender.sendmail("a@example.org", [address("alice")], "Subject: too early\r\n\r\n\r\n")
            assert "451" in str(refused.value), refused.value
        session = server.imap()
        status, answer = session.status("INBOX", "(MESSAGES)")
        assert status == "NO" and b"[UNAVAILABLE]" in answer[0], answer
        session.logout()
        shown = server.cli("status")
        assert shown.returncode == 2 and "damaged" in shown.stdout and '"postern tasks start rebuild-index"' in shown.stdout, shown
        assert server.call("storage", "status")["state"] == "unavailable"
        held = len(os.listdir(f"/proc/{server.pid}/fd")), len(list((house.root / "packs").iterdir()))
        time.sleep(3)  # it is tried again every second
        now = len(os.listdir(f"/proc/{server.pid}/fd")), len(list((house.root / "packs").iterdir()))
        assert now <= held, f"{held} files and packs, and then {now}"
    assert "rebuild-index" in server.journal_tail()
    task = server.call("tasks", "start", "rebuild-index")["id"]
    server.begins_anew()
    house.is_rebuilt(task)


def test_sigkill_during_a_rebuild(house, rounds):
    """It goes on by itself, and until it is done no start takes half an index for the whole."""
    server = house.server
    task = house.begin()
    for _ in range(rounds):
        time.sleep(random.uniform(0, 0.5))
        server.kill()
        assert (house.root / "index.rebuilding").exists()
        server.start()
        assert server.call("storage", "status")["state"] == "unavailable"
        wait_for(server, task, lambda facts: facts["state"] == "running")
    house.goes_on(task)
    house.is_rebuilt(task)


@pytest.mark.parametrize("order", ["cancel", "pause"])
def test_the_old_index_comes_back(house, order):
    """Nobody waits for a rebuild that does not go on."""
    server = house.server
    session = server.imap()
    session.select("INBOX")
    task = house.begin()
    server.call("tasks", order, task)
    wait_for(server, task, lambda facts: facts["state"] in ("cancelled", "paused"))
    house.reach("ready")
    assert session.status("INBOX", "(MESSAGES)")[0] == "OK"
    assert house.bodies() == house.expected and house.uid_validity() == house.validity
    assert not list(house.root.glob("index.new*")) and not (house.root / "index.rebuilding").exists()
    if order == "pause":
        server.call("tasks", "resume", task)
        house.goes_on(task)
        house.is_rebuilt(task)
