"""A drive that refuses to give octets of a pack. A check reads many messages at once, and must blame only those that it cannot have."""

from demonstration import Demonstration
import pytest
from tasks import wait_for

MESSAGES = 40


@pytest.mark.parametrize("refusals, lost", [(1, 0), (-1, MESSAGES)])
def test_only_what_cannot_be_read_is_blamed(refusals, lost, library, tmp_path):
    control = tmp_path / "control"
    with Demonstration(environment={"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}) as server:
        with server.smtp() as session:
            for number in range(MESSAGES):
                session.sendmail("a@example.org", ["alice@postern.test"], f"Subject: {number}\r\n\r\n{number}\r\n")
        control.write_text(f"1 read 5 {refusals} /packs/\n")
        task = server.call("tasks", "start", "check-store")["id"]
        facts = wait_for(server, task)
        assert facts["state"] == "done" and len(facts["warnings"]) == lost, facts
        assert all("Input/output error" in warning for warning in facts["warnings"]), facts
        control.unlink()
        task = server.call("tasks", "start", "check-store")["id"]
        facts = wait_for(server, task)
        assert facts["state"] == "done" and not facts["warnings"], facts
        server.stop()
