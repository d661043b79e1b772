"""The drive says no: EIO, ENOSPC, short writes and failed syncs, injected into the daemon's system calls (faults.c).

What was answered 250 or OK is kept, what was refused is not there, and the store works again when the drive does."""

import errno
import itertools
import time

from demonstration import Demonstration
from ledger import Ledger
from load import Load
import pytest

PATIENCE = 30
PACKS, INDEX = "/packs/", "index.sqlite"
serials = itertools.count(1)


@pytest.fixture()
def server(library, tmp_path):
    control = tmp_path / "control"
    with Demonstration(environment={"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}) as running:
        running.control = control
        yield running


def fail(server, call, number, count, part):
    new = server.control.with_suffix(".new")
    new.write_text(f"{next(serials)} {call} {number} {count} {part}\n")
    new.rename(server.control)


def wait_for_more(load, count=50):
    acknowledged = len(load.ledger.acknowledged)
    deadline = time.monotonic() + PATIENCE
    while len(load.ledger.acknowledged) < acknowledged + count:
        assert time.monotonic() < deadline, f"the store does not recover: {sorted(load.replies)}"
        time.sleep(0.1)


def can_read(server):
    reader = server.imap("alice")
    assert reader.list('""', "*")[0] == "OK"
    assert reader.lsub('""', "*")[0] == "OK"
    assert reader.status("INBOX", "(MESSAGES UNSEEN)")[0] == "OK"
    for readonly in (True, False):
        assert reader.select("INBOX", readonly)[0] == "OK"
        assert reader.fetch("1", "(FLAGS BODY.PEEK[])")[0] == "OK"
        assert reader.search(None, "SUBJECT", "crash")[0] == "OK"
    reader.logout()


def verify(server, ledger):
    ledger.check(server)
    server.kill()
    server.start()
    ledger.forgive_refusals()
    ledger.check(server)


PASSING = [
    ("sync", errno.EIO, PACKS),
    ("sync", errno.EIO, INDEX),
    ("write", errno.EIO, PACKS),
    ("write", errno.EIO, INDEX),
    ("write", errno.ENOSPC, PACKS),
    ("write", errno.ENOSPC, INDEX),
]


@pytest.mark.parametrize("call, number, part", PASSING)
def test_a_passing_fault(server, call, number, part):
    """One call fails, under load: those messages are refused, and the next ones are taken."""
    ledger = Ledger()
    with Load(server, ledger, large=0.02) as load:
        wait_for_more(load)
        for _ in range(3):
            fail(server, call, number, 1, part)
            time.sleep(0.3)
            wait_for_more(load)
    server.control.unlink()
    print(sorted(load.replies))
    assert ledger.refused, "no message met the fault"
    verify(server, ledger)


@pytest.mark.parametrize("call, number, part", PASSING)
def test_a_lasting_fault(server, call, number, part):
    """Everything is refused with the right words, reading goes on, and it ends with the fault."""
    ledger = Ledger()
    with Load(server, ledger) as load:
        wait_for_more(load)
    packs = server.state / "mail/postern-mail/packs"
    before = set(packs.iterdir())
    fail(server, call, number, -1, part)
    with Load(server, ledger, large=0) as load:
        time.sleep(3)
        during = set(load.replies)
        acknowledged = len(ledger.acknowledged)
        time.sleep(0.5)
        assert len(ledger.acknowledged) == acknowledged, "mail is acknowledged although it cannot be kept"
        assert len(set(packs.iterdir()) - before) <= 1, "each attempt to go on leaves a pack behind"
        can_read(server)
        server.control.unlink()
        wait_for_more(load)
    refusals = {"452 4.3.1", "NO [OVERQUOTA]"} if number == errno.ENOSPC else {"451 4.3.0", "NO [UNAVAILABLE]"}
    assert during & refusals, sorted(during)
    assert all(reply[:2] in ("25", "45", "OK", "NO") for reply in during), sorted(during)
    verify(server, ledger)


@pytest.mark.parametrize("part", [PACKS, INDEX])
def test_short_writes(server, part):
    """A write that takes only half is no fault: the other half follows."""
    ledger = Ledger()
    fail(server, "short", 1, -1, part)
    with Load(server, ledger) as load:
        wait_for_more(load, 200)
    server.control.unlink()
    assert not ledger.refused
    verify(server, ledger)
