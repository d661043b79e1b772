"""SIGKILL at random moments of a move to another drive, under load: the mail is whole, on the one drive or the other, and the move
goes on by itself after the next start."""

import json
import random
import time

from demonstration import Demonstration
from drive import Drive
from ledger import Ledger
from load import Load

PATIENCE = 120


def call(server, *words):
    done = server.cli(*words, "--json")
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def wait_until_over(server, task):
    deadline = time.monotonic() + PATIENCE
    while True:
        facts = call(server, "tasks", "show", task)
        if facts["state"] in ("done", "failed", "cancelled"):
            return facts
        assert time.monotonic() < deadline, f"the move does not end: {facts}"
        time.sleep(0.1)


def test_sigkill_during_a_move(rounds):
    """To and fro between two drives; each move is killed once, at a moment that is anywhere in it."""
    ledger, phases = Ledger(), set()
    with Drive(mebibytes=1024) as first, Drive(mebibytes=1024) as second, Demonstration() as server:
        for number in range(rounds):
            target = (first, second)[number % 2].path
            with Load(server, ledger) as load:
                time.sleep(1)
                task = call(server, "storage", "move", str(target), "--limit", "20MB")["task"]["id"]
                time.sleep(random.uniform(0, 2.5))
                server.kill()
                load.over.set()
            server.start()
            ledger.forgive_refusals()
            facts = wait_until_over(server, task)
            assert facts["state"] == "done", facts
            log = [line["text"] for line in call(server, "tasks", "log", task)["lines"]]
            phases.update(text.split()[1].rstrip(":") for text in log if text.startswith("phase "))
            assert call(server, "storage", "status")["path"] == str(target)
            there = ledger.check(server)
            assert call(server, "store", "check")["findings"] == []
            print(f"round {number + 1}: {there} messages there; {log[-1]}")
            assert server.cli("storage", "discard-old").returncode == 0
        server.stop()
    print(f"phases: {sorted(phases)}")
    assert len(ledger.acknowledged) > 20 * rounds


def test_a_drive_that_cannot_be_is_refused_and_nothing_is_lost():
    ledger = Ledger()
    with Drive(mebibytes=24) as small, Demonstration() as server:
        with Load(server, ledger):
            time.sleep(1)
            for path in (small.path, "/dev/shm", "/proc", "/no/such/folder"):
                refused = server.cli("storage", "move", str(path))
                assert refused.returncode == 1 and refused.stderr.startswith("Error: "), (path, refused)
        assert ledger.check(server) > 0
        server.stop()
