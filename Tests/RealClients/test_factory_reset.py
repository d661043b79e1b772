"""`postern factory-reset`: everything but the mail goes, and the mail finds its people again."""

import json
import os
import pathlib
import signal
import time

import pytest

from demonstration import DOMAIN, PASSWORD, Demonstration, address


@pytest.fixture()
def server():
    with Demonstration() as running:
        yield running


def send(server, subject, to="alice"):
    with server.smtp() as smtp:
        smtp.sendmail("x@example.org", [address(to)], f"Subject: {subject}\r\n\r\n{subject}\r\n")


def test_nothing_is_done_without_yes(server):
    said = server.cli("factory-reset")
    assert said.returncode == 64 and "Nothing is done. With --yes:" in said.stderr and "accounts with their passwords" in said.stderr
    assert address("alice") in server.cli("account", "list").stdout


def test_mail_stays_and_finds_its_people(server):
    send(server, "kept")
    server.wait_for(b"kept")
    assert server.cli("settings", "set", "smtp.max-message-size", "60MiB").returncode == 0
    assert server.cli("alias", "add", f"info@{DOMAIN}", address("bob")).returncode == 0
    done = server.cli("factory-reset", "--yes")
    assert done.returncode == 0 and "Mail stays where it is" in done.stdout, done.stderr
    server.begins_anew()
    assert not (server.state / "factory-reset").exists()
    assert not (server.state / "postern.toml").exists()
    status = json.loads(server.cli("status", "--json").stdout)
    assert (status["domains"], status["accounts"], status["aliases"]) == (0, 0, 0)
    assert status["store"]["messages"] == 1
    assert server.cli("settings", "get", "smtp.max-message-size").stdout.strip() == "50MiB"
    assert "event=factory-reset" in server.journal.read_text()

    assert server.cli("domain", "add", DOMAIN).returncode == 0
    for name in ("alice", "carol"):
        assert server.cli("account", "add", address(name), "--password-stdin", stdin=PASSWORD).returncode == 0
    assert [b"kept" in message for message in server.messages("alice")] == [True]
    assert server.messages("carol") == []
    send(server, "new")
    server.wait_for(b"new")
    # The old mail is hers now like any other: who has the address after her gets none of it.
    assert server.cli("account", "remove", address("alice")).returncode == 0
    assert server.cli("account", "add", address("alice"), "--password-stdin", stdin=PASSWORD).returncode == 0
    assert server.messages("alice") == []


def test_mail_goes_when_it_is_asked_for(server):
    send(server, "gone")
    server.wait_for(b"gone")
    assert server.cli("factory-reset", "--yes", "--erase-mail").returncode == 0
    server.begins_anew()
    assert server.stop() == 0
    (server.state / "demonstration-accounts").unlink()
    server.start()
    assert server.messages("alice") == []
    assert json.loads(server.cli("status", "--json").stdout)["store"]["messages"] == 0


def test_a_reset_that_is_interrupted_is_done_at_the_next_start(server):
    """As if the power had gone after the order and between its steps."""
    send(server, "kept")
    server.wait_for(b"kept")
    os.kill(server.script.pid, signal.SIGSTOP)  # nobody starts the daemon again yet
    assert server.cli("factory-reset", "--yes").returncode == 0
    deadline = time.monotonic() + 20
    while pathlib.Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert (server.state / "factory-reset").exists()
    for name in ("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"):
        (server.state / name).unlink(missing_ok=True)
    os.kill(server.script.pid, signal.SIGCONT)
    server.begins_anew()
    assert not (server.state / "factory-reset").exists()
    assert server.stop() == 0
    (server.state / "demonstration-accounts").unlink()
    server.start()
    assert [b"kept" in message for message in server.messages("alice")] == [True]
