"""A drive that refuses to give octets of a pack. A check reads many messages at once, and must blame only those that it cannot have."""

from demonstration import Demonstration
import pytest
from tasks import is_over, wait_for

MESSAGES = 40


# The first refusal is that of many messages at once, the next two those of the first of them.
@pytest.mark.parametrize("refusals, lost", [(1, 0), (3, 1)])
def test_only_what_cannot_be_read_is_blamed(refusals, lost, library, tmp_path):
    control = tmp_path / "control"
    with Demonstration(environment={"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}) as server:
        deliver(server)
        control.write_text(f"1 read 5 {refusals} /packs/\n")
        facts = wait_for(server, server.call("tasks", "start", "check-store")["id"])
        assert facts["state"] == "done" and len(facts["warnings"]) == lost, facts
        assert all("Input/output error" in warning for warning in facts["warnings"]), facts
        control.unlink()
        facts = wait_for(server, server.call("tasks", "start", "check-store")["id"])
        assert facts["state"] == "done" and not facts["warnings"], facts
        server.stop()


def test_a_check_waits_for_a_drive_that_gives_nothing(library, tmp_path):
    """One sentence, and no message is called lost; when the drive is back the check goes on to its end."""
    control = tmp_path / "control"
    with Demonstration(environment={"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(control)}) as server:
        deliver(server)
        control.write_text("1 read 5 -1 /packs/\n")
        task = server.call("tasks", "start", "check-store")["id"]
        facts = wait_for(server, task, lambda facts: is_over(facts) or facts.get("trouble"))
        assert facts["state"] == "queued" and "Input/output error" in facts["trouble"] and not facts["warnings"], facts
        control.unlink()
        server.call("tasks", "resume", task)
        facts = wait_for(server, task)
        assert facts["state"] == "done" and not facts["warnings"], facts
        assert facts["result"].startswith(f"{MESSAGES} messages"), facts
        server.stop()


def deliver(server):
    with server.smtp() as session:
        for number in range(MESSAGES):
            session.sendmail("a@example.org", ["alice@postern.test"], f"Subject: {number}\r\n\r\n{number}\r\n")
