"""The power of a drive goes while the mail is moved, in each phase, on the drive that it comes from or on the one that it goes to."""

import random
import time

import pytest
from moving import PHASES, Moving, meet
from test_move import LONG

# btrfs knows no such ioctl.
OTHERS = [("ext4", "xfs"), ("xfs", "ext4")]
# A drive this slow makes each phase long enough to be met in.
SLOW = 60


def test_power_cuts(library):
    every = [(phase, side) for phase in PHASES for side in ("source", "target")]
    with Moving(("ext4", "ext4"), library=library) as house:
        for phase, side in [*random.sample(every, 2), ("commit", random.choice(("source", "target")))]:
            cut(house, phase, side)


@pytest.mark.nightly("goes through all of them")
@pytest.mark.parametrize("phase", PHASES)
def test_power_cuts_in_each_phase(phase, library):
    # What comes with each cut stays: the drives must hold it all.
    with Moving(("ext4", "ext4"), mebibytes=1024, library=library) as house:
        for side in ("source", "target") * 2:
            cut(house, phase, side)


@pytest.mark.nightly("cuts the power of a gigabyte, too")
def test_a_large_move_and_power_cuts(library):
    with Moving(("ext4", "xfs"), library=library, **LONG) as house:
        for phase in PHASES:
            cut(house, phase, random.choice(("source", "target")), seconds=8, slow=SLOW // 3)


@pytest.mark.nightly("cuts their power, too")
def test_power_cuts_on_other_file_systems(library):
    for kinds in OTHERS:
        with Moving(kinds, library=library) as house:
            for side in ("source", "target"):
                cut(house, random.choice(PHASES), side)


def cut(house, phase, side, seconds=2, slow=SLOW):
    meet(phase, lambda: cut_once(house, phase, side, seconds, slow))


def cut_once(house, phase, side, seconds, slow):
    drive = getattr(house, side)
    # A drive this slow copies some MiB a second, and what each try brings stays: with more mail the later ones would not come to their phase.
    with house.load(think=0.1) as load:
        house.fault("slow", slow, house.target.path)
        house.begin(seconds)
        house.reach(phase)
        # The index's copy waits for the drive once only.
        time.sleep(random.uniform(0, {"packs": seconds / 2, "index": 0.02}.get(phase, slow / 300)))
        house.ledger.power_goes()
        drive.cut_power()
        time.sleep(random.uniform(0, 0.3))
        load.over.set()
        house.server.kill()
    house.mend()
    for each in house.drives:  # the machine is off: nobody has written to the other one since, either
        each.unmount()
        each.mount()
    house.server.start()
    house.ledger.forgive_refusals()
    # A drive that is gone may answer what was under way; it must not go on saying yes, unless mail lives on the other one by now.
    if house.place() == str(drive.path):
        house.ledger.power_is_back()
    else:
        house.ledger.dark_since = None
    facts = house.end()
    there = house.check()
    met = house.broken_off_in()
    print(f"power cut on the {side} in {met}: {there} messages there; {facts['result']}")
    house.turn()
    return met
