"""`postern drives` tries what it may write to: what a file system's type promises is not all that mail needs of it."""

import os
import time

from demonstration import Demonstration
from drive import Drive

PATIENCE = 20


def facts(server, drive):
    return next(each for each in server.call("drives")["drives"] if each["path"] == str(drive.path))


def test_a_drive_that_does_not_keep_what_is_written_is_no_drive_for_mail(library, tmp_path):
    control = tmp_path / "control"
    environment = {"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}
    with Drive(mebibytes=64) as drive, Demonstration(environment=environment) as server:
        assert "unsuitable" not in facts(server, drive)
        control.write_text(f"1 sync 5 -1 {drive.path}\n")
        assert facts(server, drive)["unsuitable"] == (
            "It does not keep what is written there: sync postern-mail.look: Input/output error."
        )
        control.unlink()
        assert "unsuitable" not in facts(server, drive)
        assert os.listdir(drive.path) == ["lost+found"], "a look leaves something behind"


def test_a_drive_that_hangs_does_not_hang_the_list():
    with Drive(mebibytes=64) as drive, Demonstration() as server:
        drive.hang()
        try:
            for _ in range(2):
                began = time.monotonic()
                assert facts(server, drive)["unsuitable"] == "It does not answer."
                assert time.monotonic() - began < 6
            shown = server.cli("drives").stdout
            assert f"{drive.path} " in shown and "in use" in shown, shown
        finally:
            drive.hang(False)
        deadline = time.monotonic() + PATIENCE
        while "unsuitable" in (found := facts(server, drive)):
            assert time.monotonic() < deadline, found
        assert found["totalSpace"] > 0
        server.stop()
