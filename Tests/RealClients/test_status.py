"""`postern status` for a person and for monitoring: one screen, one exit code."""

import getpass
import json
import socket
import time

import pytest

from demonstration import Demonstration, address, free_port


@pytest.fixture()
def server():
    running = Demonstration()
    running.state.mkdir(parents=True)
    # Ports in the file, so that they can be changed while it runs.
    (running.state / "postern.toml").write_text(
        'smtp.interfaces = ["127.0.0.1"]\nmailbox.interfaces = ["127.0.0.1"]\n'
        + "".join(f"{key} = {value}\n" for key, value in running.settings.items()))
    running.settings = {}
    with running:
        yield running


def wait_for(server, code):
    deadline = time.monotonic() + 10
    while (status := server.cli("status")).returncode != code:
        assert time.monotonic() < deadline, status.stdout
        time.sleep(0.1)
    return status.stdout


def test_all_is_well(server):
    shown = wait_for(server, 0)
    assert ": all is well; up " in shown
    lines = {line.split()[0]: line.split() for line in shown.splitlines() if line}
    for service, port in (("smtp", server.smtp_port), ("imap", server.imap_port), ("pop3", server.pop3_port)):
        assert lines[service][1:4] == [str(port), "listening", "postern"] and lines[service][-1] == "127.0.0.1"
    assert len(shown.splitlines()) <= 24  # one screen
    facts = json.loads(server.cli("status", "--json").stdout)
    assert facts["verdict"] == "fine" and facts["problems"] == facts["warnings"] == []
    (imaps,) = [service for service in facts["services"] if service["name"] == "imaps"]
    assert imaps["certificate"] == "default" and imaps["certificateDays"] > 300


def test_a_service_that_cannot_listen(server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert server.cli("settings", "set", "pop3.port", str(port)).returncode == 0
        shown = wait_for(server, 2)
    assert f"Problem: pop3 (port {port}) does not listen everywhere where it should: another program uses this port (" in shown
    assert server.cli("settings", "set", "pop3.port", str(free_port())).returncode == 0
    wait_for(server, 0)


def test_a_start_while_another_program_has_a_port(server):
    """Everything else works, who has the port is told, and the port is taken when it is free."""
    server.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", server.pop3_port))
        taken.listen()
        server.start()
        shown = wait_for(server, 2)
        assert f"Problem: pop3 (port {server.pop3_port}) listens nowhere: another program uses this port (" in shown
        assert f"user {getpass.getuser()}). It listens as soon as it can." in shown
        with server.smtp() as smtp:
            smtp.sendmail("x@example.org", [address("alice")], "Subject: meanwhile\r\n\r\n")
        server.wait_for(b"meanwhile")
    wait_for(server, 0)
    assert server.journal.read_text().count("event=listen-failed") == 1


def test_what_somebody_should_look_at(server):
    assert server.cli("settings", "set", "smtp.interfaces", "127.0.0.1,wan9").returncode == 0
    shown = wait_for(server, 1)
    assert "Warning: wan9 is chosen in the settings and not there now; it is served when it comes." in shown


def test_the_queue_and_the_store(server):
    with server.smtp() as smtp:
        smtp.sendmail("x@example.org", [address("alice")], "Subject: one\r\n\r\n")
    server.wait_for(b"one")
    facts = json.loads(server.cli("status", "--json").stdout)
    assert facts["store"]["messages"] == 1 and facts["store"]["state"] == "ready" and facts["queue"] == {}


def test_nobody_is_there(server):
    server.stop()
    status = server.cli("status")
    assert status.returncode == 3 and status.stderr.startswith("Error: The daemon is not running at ")
