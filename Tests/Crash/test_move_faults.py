"""What can go wrong with a drive, or be asked for, while the mail is moved: the old place stays in use and whole, the task says what
happened, and goes on when it can."""

import errno
import itertools
import os
import re
import time

from moving import PHASES, Moving
import pytest

PATIENCE = 30
OVER = ("done", "failed", "cancelled")


@pytest.fixture(scope="module")
def house(library):
    with Moving(library=library) as moving:
        yield moving


@pytest.fixture(autouse=True)
def load(house):
    """Mail flows all the time, and the mail is whole at the end."""
    house.drives.sort(key=lambda drive: str(drive.path) != house.place())
    # Thin, for it stays: each test copies what all before it have brought.
    with house.load(think=0.15, large=0) as load:
        yield load
        house.mend()
        for drive in house.drives:
            (drive.path / "ballast").unlink(missing_ok=True)
        flows(load)
    if house.facts()["state"] not in OVER:  # a test has failed
        house.call("tasks", "cancel", house.task)
        house.end(OVER)
    house.check()


def flows(load, count=20):
    acknowledged = len(load.ledger.acknowledged)
    deadline = time.monotonic() + PATIENCE
    while len(load.ledger.acknowledged) < acknowledged + count:
        assert time.monotonic() < deadline, f"no mail is taken: {sorted(load.replies)}"
        time.sleep(0.05)


def trouble(house, sentence):
    """Waits until the task says so, while the old place is in use."""
    deadline = time.monotonic() + PATIENCE
    while True:
        facts = house.facts()
        if facts.get("trouble"):
            assert re.search(sentence, facts["trouble"]), facts
            assert facts["state"] in ("queued", "failed"), facts
            assert house.place() == str(house.source.path)
            return facts
        assert facts["state"] not in ("done", "cancelled") and time.monotonic() < deadline, facts
        time.sleep(0.05)


def goes_on(house):
    house.call("tasks", "limit", house.task, "none")
    house.call("tasks", "resume", house.task)
    house.end()
    house.turn()


def test_the_target_is_full(house, load):
    house.begin(8)
    house.reach("packs")
    ballast = house.target.occupy(leave=1 << 20)
    trouble(house, "full|are needed")
    flows(load)
    ballast.unlink()
    goes_on(house)


@pytest.mark.parametrize("call", ["sync", "write"])
def test_the_target_fails(house, load, call):
    house.begin(8)
    house.reach("packs")
    house.fault(call, errno.EIO, house.target.path)
    trouble(house, "Input/output error|cannot be written")
    flows(load)
    house.mend()
    goes_on(house)


SAMPLE = [("verify", "read"), ("commit", "sync")]
REST = [each for each in itertools.product(PHASES[1:], ("sync", "write", "read")) if each not in SAMPLE]


@pytest.mark.parametrize("phase, call", SAMPLE + [pytest.param(*each, marks=pytest.mark.nightly("goes through all of them")) for each in REST])
def test_the_target_fails_later(house, load, phase, call):
    """Before the commit point the old place stays in use; behind it mail is put off until the new drive is well. Either way the move goes
    on by itself."""
    house.fault("slow", 60, house.target.path)
    house.begin()
    house.reach(phase)
    house.fault(call, errno.EIO, house.target.path)
    deadline = time.monotonic() + 5
    while not house.facts().get("trouble") and house.facts()["state"] not in OVER and time.monotonic() < deadline:
        time.sleep(0.05)
    house.mend()
    house.end()
    house.turn()


def test_the_source_cannot_be_read(house, load):
    house.begin(8)
    house.reach("packs")
    house.fault("read", errno.EIO, house.source.path / "postern-mail/packs")
    trouble(house, "Input/output error")
    flows(load)
    house.mend()
    goes_on(house)


def test_the_target_becomes_read_only(house, load):
    """Between two steps an administrator may do that; a file system that met errors does it at any moment."""
    house.begin(8)
    house.reach("packs")
    house.call("tasks", "pause", house.task)
    while house.facts()["state"] != "paused":
        time.sleep(0.05)
    assert house.target.freeze()
    house.call("tasks", "resume", house.task)
    trouble(house, "read-only")
    flows(load)
    assert house.target.freeze(False)
    goes_on(house)


def test_the_target_is_pulled(house, load):
    house.begin(8)
    house.reach("packs")
    house.target.pull()
    trouble(house, "not mounted")
    flows(load)
    assert list(house.target.path.iterdir()) == [], "something was written below an empty mount point"
    # A try without the drive writes nothing either.
    house.call("tasks", "resume", house.task)
    trouble(house, "mounted|on the drive that the mail is on already")
    assert list(house.target.path.iterdir()) == [], "something was written below an empty mount point"
    house.target.let_go()
    house.target.mount()
    goes_on(house)


def test_the_source_is_pulled(house, load):
    """Mail is put off, and it heals by itself; the move goes on then."""
    house.begin(8)
    house.reach("packs")
    house.source.pull()
    deadline = time.monotonic() + PATIENCE
    while house.call("storage", "status")["state"] != "unavailable":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert list(house.source.path.iterdir()) == [], "something was written below an empty mount point"
    house.source.let_go()
    house.source.mount()
    flows(load)
    house.end()
    house.turn()


def test_a_second_move_is_refused(house, load):
    house.begin()
    refused = house.server.cli("storage", "move", str(house.target.path))
    assert refused.returncode == 1 and "is at work already" in refused.stderr, refused
    house.end()
    house.turn()


def test_a_move_is_cancelled(house, load):
    house.begin(8)
    house.reach("packs")
    house.call("tasks", "cancel", house.task)
    facts = house.end(("cancelled",))
    assert "stays where it is" in facts["trouble"], facts
    assert house.place() == str(house.source.path)
    assert [name for name in os.listdir(house.target.path) if name != "lost+found"] == []


def test_a_move_pauses_and_goes_on(house, load):
    house.begin(8)
    house.reach("packs")
    house.call("tasks", "pause", house.task)
    while house.facts()["state"] != "paused":
        time.sleep(0.05)
    done = house.facts()["bytesDone"]
    flows(load)
    assert house.facts()["bytesDone"] == done and house.facts()["state"] == "paused"
    goes_on(house)


def test_the_daemon_is_replaced(house, load):
    house.begin(8)
    house.reach("packs")
    house.server.stop()
    house.server.start()
    house.end()
    house.turn()


def test_a_move_is_undone(house, load):
    """What has come since comes back, too; nobody's UIDs change."""
    house.begin()
    house.end()
    flows(load)
    house.task = house.call("storage", "undo")["id"]
    house.end()
    assert house.place() == str(house.source.path)
    house.call("storage", "discard-old")
