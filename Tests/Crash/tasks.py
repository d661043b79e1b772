"""What a task says of itself, by the CLI."""

import time

PATIENCE = 120


def is_over(facts):
    return facts["state"] in ("done", "failed", "cancelled")


def wait_for(server, task, is_so=is_over):
    """The facts of the task as soon as `is_so` holds of them."""
    deadline = time.monotonic() + PATIENCE
    while not is_so(facts := server.call("tasks", "show", task)):
        assert time.monotonic() < deadline, facts
        time.sleep(0.02)
    return facts
