"""A drive that goes dark while its index is read. SQLite calls what it cannot read corrupt; nobody may believe that: the mail is whole,
and what works on it waits for the drive."""

import re

from demonstration import Demonstration
from drive import Drive
import pytest
from tasks import wait_for

MESSAGES = 40


def deliver(server, count):
    with server.smtp() as session:
        for number in range(count):
            session.sendmail("a@example.org", ["alice@postern.test"], f"Subject: {number}\r\n\r\n{number}\r\n")


@pytest.mark.parametrize("kind", ["ext4", pytest.param("xfs", marks=pytest.mark.nightly("goes through all of them"))])
def test_a_check_waits_for_a_drive_that_cannot_be_read(kind):
    with Drive(mebibytes=600, kind=kind) as drive, Demonstration() as server:
        server.call("storage", "move", str(drive.path), "--wait")
        # The reader of long work has the index open from here on; what is committed then it must read from the drive.
        assert server.call("store", "check")["findings"] == []
        deliver(server, MESSAGES)
        drive.cut_power()
        task = server.call("tasks", "start", "check-store")["id"]
        facts = wait_for(server, task, lambda facts: facts.get("trouble"))
        assert facts["state"] == "queued" and "Input/output error" in facts["trouble"], facts
        server.kill()
        drive.unmount()
        drive.mount()
        server.start()
        facts = wait_for(server, task, lambda facts: facts["state"] in ("done", "failed"))
        assert facts["state"] == "done" and not facts["warnings"], facts
        assert len(server.messages("alice")) == MESSAGES
        server.stop()


def test_what_is_damaged_is_called_so(library, tmp_path):
    """An index whose octets were overwritten is damaged, also when a read of it has failed before."""
    control = tmp_path / "control"
    with Demonstration(environment={"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}) as server:
        deliver(server, 20 * MESSAGES)
        server.stop()
        server.start()
        index = server.state / "mail/postern-mail/index.sqlite"
        assert index.stat().st_size > 40 * 4096
        control.write_text("1 read 5 1 /postern-mail/index.sqlite\n")
        task = server.call("tasks", "start", "check-store")["id"]
        wait_for(server, task, lambda facts: facts.get("trouble"))
        control.unlink()
        with open(index, "r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (index.stat().st_size - 4096))
        server.call("tasks", "resume", task)
        facts = wait_for(server, task, lambda facts: facts["state"] in ("done", "failed"))
        assert facts["state"] == "failed" and re.search(r"index of the mail store is damaged|index is torn", facts["trouble"]), facts
        server.kill()
