"""The power of a drive goes while the mail is moved, in each phase, on the drive that it comes from or on the one that it goes to."""

import random
import time

import pytest
from moving import PHASES, Moving
from test_move import LONG

# btrfs knows no such ioctl.
OTHERS = [("ext4", "xfs"), ("xfs", "ext4")]


def test_power_cuts(rounds, nightly):
    every = [(phase, side) for phase in PHASES for side in ("source", "target")]
    chosen = every * 2 if nightly else random.sample(every, 2)
    with Moving(("ext4", "ext4"), **(LONG if nightly else {})) as house:
        for phase, side in chosen:
            cut(house, phase, side, seconds=6 if nightly else 2)


def test_power_cuts_on_other_file_systems(nightly):
    if not nightly:
        pytest.skip("the nightly form cuts their power, too")
    for kinds in OTHERS:
        with Moving(kinds) as house:
            for side in ("source", "target"):
                cut(house, random.choice(PHASES), side)


def cut(house, phase, side, seconds=2):
    drive = getattr(house, side)
    with house.load() as load:
        house.begin(seconds)
        met = house.reach(phase)
        time.sleep(random.uniform(0, seconds / 2 if phase == "packs" else 0.1))
        house.ledger.power_goes()
        drive.cut_power()
        time.sleep(random.uniform(0, 0.3))
        load.over.set()
        house.server.kill()
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
    print(f"power cut on the {side} in {met}: {there} messages there; {facts['result']}")
    house.turn()
