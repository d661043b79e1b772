"""The power goes while mail comes in: the file system is shut down under the daemon (FS_IOC_SHUTDOWN) and mounted again."""

import random
import time

from demonstration import Demonstration
from drive import Drive
from ledger import Ledger
from load import Load
import pytest

MIB = 1 << 20


def test_power_cut(rounds):
    ledger = Ledger()
    with Drive(mebibytes=2048) as drive, Demonstration(state=drive.path / "state") as server:
        for number in range(rounds):
            before = len(ledger.acknowledged)
            with Load(server, ledger) as load:
                time.sleep(random.uniform(0.3, 3))
                ledger.power_goes()
                drive.cut_power()
                time.sleep(random.uniform(0, 0.3))
                load.over.set()
                server.kill()
            drive.unmount()
            drive.mount()
            ledger.power_is_back()
            server.start()
            ledger.forgive_refusals()
            print(f"round {number + 1}: {len(ledger.acknowledged) - before} acknowledged before the cut")
        # What any of the cuts has lost, doubled or torn is so for good.
        print(f"{ledger.check(server)} messages there")
        server.stop()
    assert len(ledger.acknowledged) > 20 * rounds


def test_a_daemon_that_does_not_sync_would_be_found_out(library, tmp_path):
    """The power cut above proves something only if a liar fails it: here every sync of the packs does nothing."""
    control = tmp_path / "control"
    control.write_text("1 lie 1 -1 /packs/\n")
    environment = {"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}
    ledger = Ledger()
    with Drive(mebibytes=1024) as drive, Demonstration(drive.path / "state", environment=environment) as server:
        with Load(server, ledger) as load:
            time.sleep(2)
            ledger.power_goes()
            drive.cut_power()
            load.over.set()
            server.kill()
        drive.unmount()
        drive.mount()
        server.start()
        ledger.forgive_refusals()
        with pytest.raises(AssertionError, match=r"lost [1-9]|CORRUPTION"):
            ledger.check(server)
        server.stop()
