"""What a task says of itself, by the CLI."""

import json
import time

PATIENCE = 60


def call(server, *words):
    """What the command answers as JSON."""
    done = server.cli(*words, "--json")
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return json.JSONDecoder().raw_decode(done.stdout)[0]


def wait_for(server, task, is_so):
    """The facts of the task as soon as `is_so` holds of them."""
    deadline = time.monotonic() + PATIENCE
    while True:
        facts = call(server, "tasks", "show", task)
        if is_so(facts):
            return facts
        assert time.monotonic() < deadline, facts
        time.sleep(0.02)
