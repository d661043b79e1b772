"""One server a test file. POSTERN_TEST_AGAINST="SMTP-PORT IMAP-PORT" names a server that runs already (with alice, bob and
carol of postern.test), to try the tests themselves against another mail server."""

import contextlib
import os
import socket
import tempfile
import threading

import pytest

from demonstration import Demonstration, Server


def pytest_collection_modifyitems(items):
    if "POSTERN_TEST_AGAINST" in os.environ:
        for item in items:
            if "demonstration" in item.fixturenames:
                item.add_marker(pytest.mark.skip(reason="says something about Postern only"))


@pytest.fixture(scope="module")
def demonstration():
    with Demonstration() as running:
        yield running


@pytest.fixture(scope="module")
def server(request):
    if against := os.environ.get("POSTERN_TEST_AGAINST"):
        smtp_port, imap_port = against.split()
        return Server(int(smtp_port), int(imap_port))
    return request.getfixturevalue("demonstration")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows the end of the daemon's journal."""
    report = (yield).get_result()
    running = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(running, Demonstration):
        report.sections.append(("journal", running.journal_tail()))


@pytest.fixture
def manager():
    """What systemd would hear: a socket that keeps every word."""
    with tempfile.TemporaryDirectory(prefix="postern-notify-") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        path = f"{folder}/notify"
        heard.bind(path)
        heard.settimeout(0.2)
        words, over = [], threading.Event()

        def listen():
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    words.append(heard.recv(4096).decode())

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield path, words
        over.set()
        thread.join(5)
