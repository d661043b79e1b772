"""Long work as an operator's programs see it: server-sent events over the admin socket, the unit's status, the journal."""

import json
import os
import re
import socket
import subprocess
import tempfile
import time

import pytest
from demonstration import Demonstration, address

MESSAGES = 400
PATIENCE = 60


@pytest.fixture(scope="module")
def maildir():
    with tempfile.TemporaryDirectory(prefix="postern-maildir-") as root:
        for part in ("cur", "new", "tmp"):
            os.mkdir(f"{root}/{part}")
        for number in range(MESSAGES):
            with open(f"{root}/cur/{1000 + number}.x:2,S", "w") as file:
                file.write(f"Subject: {number}\n\n" + "x" * 4000 + "\n")
        yield root


def listen(server, task):
    return subprocess.Popen(
        ["curl", "-sN", "--max-time", str(PATIENCE), "--unix-socket", server.state / "admin.sock",
         f"http://localhost/api/tasks/{task}/events"], stdout=subprocess.PIPE, text=True)


def facts(text):
    """The events of an answer, each `event: task`, `data: {…}` and an empty line."""
    found = []
    for event in text.split("\n\n"):
        if event:
            name, _, data = event.partition("\n")
            assert name == "event: task" and data.startswith("data: "), event
            found.append(json.loads(data[6:]))
    return found


def begin(server, maildir, limit="500kB"):
    return server.call("tasks", "start", "import", f"from={maildir}", f"account={address('alice')}", "--limit", limit)["id"]


def test_events_of_many_listeners(maildir):
    with Demonstration() as server:
        task = begin(server, maildir)
        listeners = [listen(server, task) for _ in range(20)]
        # One more hears the first words and then nothing: nobody waits for it, and it costs no more than what was on its way.
        lame = socket.socket(socket.AF_UNIX)
        lame.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        lame.connect(str(server.state / "admin.sock"))
        lame.sendall(f"GET /api/tasks/{task}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1)
        server.call("tasks", "pause", task)
        server.call("tasks", "resume", task)
        server.call("tasks", "limit", task, "none")
        for listener in listeners:
            heard = facts(listener.communicate(timeout=PATIENCE)[0])
            assert listener.returncode == 0, "the stream ends when the task does"
            assert heard[-1]["state"] == "done" and heard[-1]["done"] == heard[-1]["total"] == MESSAGES
            assert [each["done"] for each in heard] == sorted(each["done"] for each in heard)
            assert {"running", "done"} <= {each["state"] for each in heard}
            assert heard[0]["limit"] == 500_000 and "limit" not in heard[-1]
        lame.close()
        # Of a task that is over one thing is told.
        assert [each["state"] for each in facts(listen(server, task).communicate(timeout=PATIENCE)[0])] == ["done"]
        missing = listen(server, 99).communicate(timeout=PATIENCE)[0]
        assert json.loads(missing) == {"error": "There is no task 99.", "reason": "not-found"}
        assert len(server.messages("alice")) == MESSAGES


def test_a_listener_does_not_hold_up_the_end(maildir):
    with Demonstration() as server:
        task = begin(server, maildir, limit="50kB")
        server.call("tasks", "pause", task)
        listener = listen(server, task)
        assert listener.stdout.readline() == "event: task\n"
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 8
        listener.communicate(timeout=PATIENCE)


def test_the_journal_and_the_unit_hear_of_it(maildir, manager):
    path, words = manager
    with Demonstration(environment={"NOTIFY_SOCKET": path}) as server:
        task = begin(server, maildir, limit="none")
        heard = facts(listen(server, task).communicate(timeout=PATIENCE)[0])
        assert heard[-1]["state"] == "done"
        lines = [line for line in server.journal.read_text().splitlines() if "event=task-progress" in line and f"task={task}" in line]
        shares = [int(share) for line in lines for share in re.findall(r"import: (\d+) % INBOX", line)]
        # All steps that are ten in a hundred apart, or fewer when one step did more.
        assert shares and shares == sorted(set(shares)) and all(share % 10 == 0 for share in shares) and len(shares) <= 10
        assert any("import: begins" in line for line in lines)
        assert any(f"import: done: {MESSAGES} messages are imported into 1 mailbox." in line for line in lines)
        assert server.stop() == 0
    status = [re.search(r"^STATUS=(.*)$", word, re.M)[1] for word in words if "STATUS=" in word]
    assert "accepting connections" in status
    during = [line for line in status if line.startswith("accepting connections; import ")]
    assert during and all(re.fullmatch(r"accepting connections; import \d+ %", line) for line in during)
    last = max(index for index, line in enumerate(status) if line == during[-1])
    assert status[last + 1] == "accepting connections", "when it is over its share goes"


def test_scheduled_work_is_listed_apart(maildir):
    with Demonstration() as server:
        deadline = time.monotonic() + PATIENCE
        while not (found := server.cli("tasks").stdout.partition("SCHEDULED")[2]).strip().count("\n"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for name in ("compact-packs", "index-copy", "expire"):
            assert re.search(rf"^{name} +20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$", found, re.M), found
        assert server.call("tasks") == []
