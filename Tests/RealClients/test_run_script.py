"""packaging/run.sh: what it promises to those who script against it."""

import os
import pathlib
import re
import signal
import subprocess
import time

import letters
from demonstration import PROJECT, Demonstration, address
import pytest

RUN = str(PROJECT / "packaging/run.sh")


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def command_line(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")


@pytest.fixture(scope="module")
def folder():
    """A state folder that has been started once; everything is built."""
    with Demonstration() as running:
        running.stop()
        yield running


@pytest.fixture()
def stopped(folder):
    yield folder
    folder.stop()


def test_it_starts_within_two_seconds_and_says_ready_last(stopped):
    before = time.monotonic()
    stopped.start()
    assert time.monotonic() - before <= 2
    assert stopped.said[-1] == "ready" and stopped.said.count("ready") == 1
    said = "\n".join(stopped.said)
    for program in ("swaks", "curl", "mutt"):
        assert re.search(rf"^  .*{program} ", said, re.M)
    assert str(stopped.smtp_port) in said and str(stopped.imap_port) in said


def test_the_state_folder_holds_everything(stopped):
    stopped.start()
    assert str(stopped.state) in command_line(stopped.pid)
    for name in ("posternd.pid", "admin.sock", "postern.toml"):
        assert (stopped.state / name).exists()
    listed = stopped.cli("account", "list")
    assert listed.returncode == 0 and all(address(name) in listed.stdout for name in ("alice", "bob", "carol"))


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything(stopped, sent):
    stopped.start()
    pid = stopped.pid
    before = time.monotonic()
    stopped.script.send_signal(sent)
    assert stopped._gone() == 0
    assert time.monotonic() - before <= 10 and not is_alive(pid)


def test_no_orphan_stays_when_the_script_is_killed(stopped):
    stopped.start()
    pid = stopped.pid
    stopped.script.kill()
    stopped._gone()
    deadline = time.monotonic() + 12
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_script_ends_with_its_daemon(stopped):
    stopped.start()
    script = stopped.script
    stopped.kill()
    assert script.returncode != 0


def test_mail_stays_over_a_restart_and_fresh_empties(stopped):
    stopped.start()
    with stopped.smtp() as session:
        session.sendmail("ann@example.org", [address("alice")], letters.letter("kept"))
    stopped.stop()
    stopped.start()
    assert len(stopped.messages()) == 1
    stopped.stop()
    stopped.start("--fresh")
    assert stopped.messages() == []


def run(*options, **environment):
    return subprocess.run([RUN, *options], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})


def test_two_on_one_folder_are_refused(stopped):
    stopped.start()
    second = run("--state", str(stopped.state))
    assert second.returncode != 0 and str(stopped.pid) in second.stderr
    assert is_alive(stopped.pid)


def test_nonsense_gets_one_sentence(tmp_path):
    (tmp_path / "letter from mother").touch()
    for options in (["--sate", "x"], ["--state"], ["--set", "novalue"], ["--state", str(tmp_path), "--fresh"]):
        done = run(*options)
        assert done.returncode != 0 and done.stderr.strip().splitlines()[-1].startswith("run.sh: ")
    assert (tmp_path / "letter from mother").exists()


def test_a_wrong_setting_is_named(stopped):
    for wrong in ("smtp.prt=2525", "smtp.port=many", "smtp.max-message-size=1TiB"):
        done = run("--state", str(stopped.state), "--set", wrong)
        assert done.returncode != 0 and wrong.split("=")[0] in done.stderr and "ready" not in done.stdout.splitlines()


def test_a_taken_port_is_named(stopped, tmp_path):
    """What else there is, is served all the same."""
    stopped.start()
    with Demonstration(tmp_path / "other", {"smtp.port": stopped.smtp_port}) as other:
        problem = f"Problem: smtp (port {stopped.smtp_port}) listens nowhere: another program uses this port ("
        assert other.said[-1] == "ready" and problem in other.journal.read_text()
