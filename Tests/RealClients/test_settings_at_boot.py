"""A settings file that is broken when the daemon starts: the last good one, or nothing at all."""

import os
import signal
import socket
import subprocess
import time

import pytest

from demonstration import Demonstration, free_ports

PORTS = ("smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A demonstration whose ports stand in its settings file, started once and stopped."""
    running = Demonstration()
    running.settings = {}
    running.state.mkdir(parents=True)
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    running.good = 'smtp.interfaces = ["127.0.0.1"]\nmailbox.interfaces = ["127.0.0.1"]\n' + "".join(
        f"{service}.port = {port}\n" for service, port in ports.items())
    running.ports = ports
    running.smtp_port, running.imap_port = ports["smtp"], ports["imap"]
    running.file = running.state / "postern.toml"
    running.file.write_text(running.good)
    yield running
    running.stop()
    running.folder.cleanup()


@pytest.fixture()
def stopped(folder):
    folder.file.write_text(folder.good)
    folder.start()
    folder.stop()
    yield folder
    folder.stop()


def lines(server, event):
    return [line for line in server.journal.read_text().splitlines() if f"event={event}" in line]


def test_the_last_good_file_holds_and_everybody_hears_of_it(stopped):
    stopped.file.write_text(stopped.good + "smtp.max-message-size = 12 apples\n")
    before = len(lines(stopped, "settings-broken"))
    stopped.start()
    with stopped.smtp() as smtp:
        assert smtp.ehlo()[0] == 250
    (loud,) = lines(stopped, "settings-broken")[before:]
    line = stopped.good.count("\n") + 1
    assert " critical: " in loud and f"{stopped.file}:{line}: " in loud and "last-good.toml" in loud
    status = stopped.cli("status")
    assert f"{stopped.file}:{line}: " in status.stdout and "hold instead" in status.stdout

    # Mended and read again, nothing of it is left.
    stopped.file.write_text(stopped.good)
    os.kill(stopped.pid, signal.SIGHUP)
    deadline = time.monotonic() + 5
    while "hold instead" in stopped.cli("status").stdout:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_file_that_breaks_later_changes_nothing(stopped):
    stopped.start()
    stopped.file.write_text("smtp.port = -1\n")
    os.kill(stopped.pid, signal.SIGHUP)
    deadline = time.monotonic() + 5
    while "The settings that were in force stay so." not in stopped.cli("status").stdout:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with stopped.smtp() as smtp:
        assert smtp.noop()[0] == 250


def test_without_a_last_good_file_nothing_starts(stopped, tmp_path):
    """The first boot: neither defaults on all interfaces nor a guess."""
    folder = os.environ.get("POSTERN_BIN") or subprocess.check_output(
        [os.path.join(os.path.dirname(__file__), "../../packaging/build.sh")], text=True).strip()
    file = tmp_path / "postern.toml"
    file.write_text(stopped.good.replace('interfaces = ["127.0.0.1"]', "interfaces = 127.0.0.1"))
    ended = subprocess.run(
        [f"{folder}/posternd", "--settings", file, "--state", tmp_path / "state"], capture_output=True, text=True, timeout=20)
    assert ended.returncode == 1
    assert f"{file}:1: " in ended.stderr and f"{file}:2: " in ended.stderr and "Nothing is started" in ended.stderr
    assert ended.stdout == ""
    for port in stopped.ports.values():
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=2)
