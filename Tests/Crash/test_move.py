"""SIGKILL at random moments of a move to another drive, spread over its phases, under load: the mail is whole, on the one drive or the
other, and the move goes on by itself after the next start without copying again what is proven."""

import random
import re
import time

from demonstration import Demonstration
from drive import Drive
from ledger import Ledger
from load import Load
from moving import PHASES, Moving, meet
import pytest

# What the nightly form moves: 1 GB in 50 mailboxes.
LONG = {"mebibytes": 4096, "mail": 1000, "mailboxes": 50}
KINDS = [("ext4", "ext4"), ("ext4", "xfs"), ("xfs", "btrfs"), ("btrfs", "ext4")]


@pytest.mark.parametrize("phases", [PHASES[:2], PHASES[2:4], PHASES[4:]], ids=" ".join)
def test_sigkill_during_a_move(phases, library):
    with Moving(("ext4", "xfs"), library=library) as house:
        phase = random.choice(phases)
        meet(phase, lambda: die(house, phase))


@pytest.mark.nightly("moves a gigabyte")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("phase", PHASES)
def test_sigkill_during_a_large_move(phase, library):
    """Each phase is died in five times, which makes thirty."""
    with Moving(("ext4", "xfs"), library=library, **LONG) as house:
        for _ in range(5):
            meet(phase, lambda: die(house, phase, seconds=8, slow=20))


def die(house, phase, seconds=2, slow=60):
    with house.load() as load:
        # A slow drive makes each phase long enough to be met in.
        house.fault("slow", slow, house.target.path)
        house.begin(seconds)
        house.reach(phase)
        time.sleep(random.uniform(0, seconds * 0.75 if phase == "packs" else 0.2))
        house.server.kill()
        load.over.set()
    house.mend()
    house.server.start()
    house.ledger.forgive_refusals()
    facts = house.end()
    met = house.broken_off_in()
    print(f"killed in {met}: {house.check()} messages there; {facts['result']}")
    house.turn()
    return met


def test_what_is_proven_is_not_copied_again():
    with Moving(mail=100, mailboxes=4, size=900_000) as house:
        house.begin(seconds=4)
        deadline = time.monotonic() + 60
        while int(house.facts()["done"]) < 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        house.server.kill()
        first = house.target.path / "postern-mail/packs/00000001.pack"
        copied = first.stat().st_mtime_ns
        house.server.start()
        house.end()
        again = [re.search(r"(\d+) MiB to copy, (\d+) MiB there", text) for text in house.log() if text.startswith("phase packs")]
        assert int(again[-1][2]) >= 60, again
        assert first.stat().st_mtime_ns == copied, "a pack that was proven was copied again"
        house.check()


def wait_until(house, is_so):
    deadline = time.monotonic() + 60
    while not is_so(facts := house.facts()):
        assert time.monotonic() < deadline, facts
        time.sleep(0.02)
    return facts


def test_a_pause_gives_up_nothing_of_a_pack():
    """What was copied of a pack is proven when the move pauses, and kept: a kill right after it takes nothing of that away."""
    with Moving(mail=100, mailboxes=4, size=900_000) as house:
        task = house.begin(seconds=8)
        wait_until(house, lambda facts: int(facts["bytesDone"]) > 20_000_000)
        house.call("tasks", "pause", task)
        wait_until(house, lambda facts: facts["state"] == "paused")
        house.server.kill()
        pack = house.target.path / "postern-mail/packs/00000001.pack"
        copied = pack.stat().st_size
        assert 20_000_000 < copied < 64 << 20
        assert f"1 {copied} " in (house.target.path / "postern-mail/proven").read_text()
        house.server.start()
        before = int(house.facts()["bytesDone"])
        assert before > 20_000_000
        house.call("tasks", "resume", task)
        while int((facts := house.facts())["done"]) < 1:
            assert int(facts["bytesDone"]) >= before, facts
            before = int(facts["bytesDone"])
            assert pack.stat().st_size >= copied, "what was proven of a pack was copied again"
            assert facts["state"] in ("queued", "running"), facts
        house.end()
        house.check()


def test_sigkill_while_a_move_pauses(library):
    with Moving(mail=100, mailboxes=4, size=900_000, library=library) as house:
        house.fault("slow", 300, house.target.path)
        task = house.begin(seconds=8)
        for _ in range(4):
            begun = int(house.facts()["bytesDone"])
            wait_until(house, lambda facts: int(facts["bytesDone"]) > begun + 5_000_000)
            house.call("tasks", "pause", task)
            time.sleep(random.uniform(0, 0.8))
            house.server.kill()
            house.server.start()
            if house.facts()["state"] == "paused":
                house.call("tasks", "resume", task)
        house.mend()
        house.end()
        house.check()


@pytest.mark.nightly("goes through all of them")
@pytest.mark.parametrize("kinds", KINDS)
def test_each_file_system(kinds):
    """There and back, under load, and everything is the same."""
    with Moving(kinds) as house:
        for _ in range(2):
            with house.load():
                house.begin(seconds=4)
                facts = house.end()
            print(kinds, facts["result"])
            house.check()
            house.turn()


def test_a_drive_that_cannot_be_is_refused_and_nothing_is_lost():
    ledger = Ledger()
    with Drive(mebibytes=24) as small, Drive(mebibytes=300) as frozen, Demonstration() as server:
        assert frozen.freeze()
        with Load(server, ledger):
            time.sleep(0.5)
            for path, reason in (
                (small.path, "are needed, the margin included"), (frozen.path, "is mounted read-only"),
                ("/dev/shm", "in memory"), ("/proc", ""), ("/no/such/folder", "no folder that can be opened"),
            ):
                refused = server.cli("storage", "move", str(path))
                assert refused.returncode == 1 and refused.stderr.startswith("Error: ") and reason in refused.stderr, (path, refused)
        assert ledger.check(server) > 0
        assert not list(small.path.glob("postern-mail*")) and not list(frozen.path.glob("postern-mail*"))
        # What of it is no drive for mail is said before anybody asks for a move.
        shown = server.cli("drives").stdout
        assert re.search(rf"{frozen.path} .*unsuitable: It is mounted read-only", shown), shown
        assert re.search(r"unsuitable: It is in memory", shown), shown
        server.stop()
