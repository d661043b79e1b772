"""`postern tasks watch` as a person sees it: a bar that stays in its line, in a wide terminal and in a narrow one."""

import json
import os
import re
import subprocess
import time

from demonstration import PROJECT, Demonstration, address
import pytest
from terminal import Terminal

MESSAGES = 400
OCTETS = 3000


@pytest.fixture()
def slow_import(tmp_path):
    """A house in which an import takes some seven seconds; answers it and the task's id."""
    folder = tmp_path / "Maildir"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number in range(MESSAGES):
        (folder / "cur" / f"{number}.M1.host:2,S").write_text(f"Subject: {number}\n\n" + "x" * OCTETS + "\n")
    with Demonstration() as server:
        words = ("import", f"from={folder}", f"account={address('alice')}", "--limit", "170kB")
        started = server.cli("tasks", "start", *words, "--json")
        assert started.returncode == 0, started
        yield server, json.loads(started.stdout)["id"]


@pytest.mark.parametrize("columns, form", [
    (120, r"import \[(#+-+)\]  \d+ %  \d+ messages/s  \d+s left  INBOX"),
    (44, r"import \[(#*-+)\]  \d+ %  \d+ messages/s"),
], ids=["wide", "narrow"])
def test_the_bar(slow_import, tmp_path, columns, form):
    server, task = slow_import
    folder = os.environ.get("POSTERN_BIN") or subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
    watch = f"{folder}/postern tasks watch {task} --socket {server.state}/admin.sock; echo over; sleep 20"
    terminal = Terminal(tmp_path / "tmux", watch, columns=columns, lines=8)
    try:
        lengths, seen = set(), []
        deadline = time.monotonic() + 60
        while "over" not in (lines := [line.rstrip() for line in terminal.screen().splitlines()]):
            assert time.monotonic() < deadline, lines
            # All of it in the first line: nothing wraps, and nothing is left of what was there before.
            shown = [line for line in lines if line]
            assert len(shown) <= 1 or shown[0].startswith(f"Task {task} "), lines
            seen += [line for line in shown if line not in seen]
            if shown and (met := re.fullmatch(form, shown[0])):
                lengths.add(met[1].count("#"))
            time.sleep(0.1)
        assert len(lengths) >= 3, f"the bar does not grow: {lengths} {seen}"
        assert lines[0].startswith(f"Task {task} (import) is done"), lines
    finally:
        terminal.end()
