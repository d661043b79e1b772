"""A Postern of one's own for a test: packaging/run.sh on free ports with its state in a temporary folder."""

import contextlib
import imaplib
import json
import os
import pathlib
import signal
import smtplib
import socket
import subprocess
import tempfile
import threading
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
DOMAIN = "postern.test"
PASSWORD = "postern-demo"
START_SECONDS = 60  # an unclean stop may have left work for the start
STOP_SECONDS = 20


def free_ports(count):
    """Different ones: each is held until all are found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def free_port():
    return free_ports(1)[0]


def address(name):
    return f"{name}@{DOMAIN}"


class Server:
    """Where a mail server listens, and short ways to speak to it."""

    def __init__(self, smtp_port, imap_port):
        self.smtp_port = smtp_port
        self.imap_port = imap_port

    def smtp(self, timeout=30):
        return smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="client.example", timeout=timeout)

    def imap(self, name="alice", timeout=60):
        connection = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=timeout)
        connection.login(address(name), PASSWORD)
        return connection

    def messages(self, name="alice", mailbox="INBOX"):
        """Every message of a mailbox, as bytes, in order."""
        connection = self.imap(name)
        try:
            for _ in range(10):
                status, answer = connection.select(f'"{mailbox}"', readonly=True)
                assert status == "OK", answer
                if answer == [b"0"]:
                    return []
                status, answer = connection.fetch("1:*", "(BODY.PEEK[])")
                # Somebody has expunged one between the two, and the numbers are of another mailbox now. RFC 5530
                if status == "OK" or b"[EXPUNGEISSUED]" not in answer[-1]:
                    break
            assert status == "OK", answer
            return [part[1] for part in answer if isinstance(part, tuple)]
        finally:
            connection.logout()

    def wait_for(self, needle, name="alice", mailbox="INBOX", seconds=10):
        """The message that holds these bytes, as soon as it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in self.messages(name, mailbox):
                if needle in message:
                    return message
            time.sleep(0.1)
        raise AssertionError(f"{needle!r} did not come to {mailbox} of {name} within {seconds} s")


def hear_every_signal():
    """A shell cannot trap what was ignored when it began, and whoever runs the tests under nohup has SIGHUP ignored."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Demonstration(Server):
    """`settings` are given as --set; `environment` is added to the daemon's."""

    def __init__(self, state=None, settings=None, environment=None):
        smtp_port, imap_port, *others = free_ports(7)
        super().__init__(smtp_port, imap_port)
        self.submission_port, self.smtps_port, self.imaps_port, self.pop3_port, self.pop3s_port = others
        self.folder = tempfile.TemporaryDirectory(prefix="postern-test-")
        self.state = pathlib.Path(state) if state else pathlib.Path(self.folder.name) / "state"
        self.journal = pathlib.Path(self.folder.name) / "journal"
        ports = {
            "smtp": self.smtp_port, "submission": self.submission_port, "smtps": self.smtps_port, "imap": self.imap_port,
            "imaps": self.imaps_port, "pop3": self.pop3_port, "pop3s": self.pop3s_port,
        }
        self.settings = {**{f"{service}.port": port for service, port in ports.items()}, **(settings or {})}
        self.environment = environment or {}
        self.script = None
        self.pid = None
        self.said = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def start(self, *options):
        command = [PROJECT / "packaging/run.sh", "--state", self.state, *options]
        for key, value in self.settings.items():
            command += ["--set", f"{key}={value}"]
        with open(self.journal, "ab") as journal:
            self.script = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=journal, env={**os.environ, **self.environment},
                preexec_fn=hear_every_signal,
            )
        watchdog = threading.Timer(START_SECONDS, self.script.kill)
        watchdog.start()
        self.said = []
        for line in self.script.stdout:
            self.said.append(line.decode().rstrip("\n"))
            if self.said[-1] == "ready":
                break
        watchdog.cancel()
        if not self.said or self.said[-1] != "ready":
            self.script.wait()
            raise AssertionError(f"run.sh did not say ready:\n{self.journal_tail()}")
        self.pid = int((self.state / "posternd.pid").read_text())

    def stop(self):
        """As a person would: SIGTERM to run.sh. Returns its exit status; 0 when it has been down already."""
        if self.script is None:
            return 0
        self.script.send_signal(signal.SIGTERM)
        return self._gone()

    def kill(self):
        """SIGKILL to the daemon, without a warning."""
        os.kill(self.pid, signal.SIGKILL)
        self._gone()

    def begins_anew(self):
        """Waits until run.sh has started the daemon again, after it ended for that (exit status 75)."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            file = self.state / "posternd.pid"
            try:
                now = int(file.read_text() or 0)
            except FileNotFoundError:
                now = 0
            if now not in (0, self.pid) and self.cli("storage", "status").returncode == 0:
                self.pid = now
                return
            assert time.monotonic() < deadline, self.journal_tail()
            time.sleep(0.1)

    def _gone(self):
        script, self.script = self.script, None
        try:
            status = script.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            script.kill()
            raise AssertionError(f"run.sh did not end within {STOP_SECONDS} s:\n{self.journal_tail()}") from None
        finally:
            script.stdout.close()
        return status

    def cli(self, *words, stdin=None):
        """Runs the admin's command line program; returns the finished process."""
        folder = os.environ.get("POSTERN_BIN") or subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
        command = [f"{folder}/postern", *words, "--socket", self.state / "admin.sock"]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)

    def call(self, *words):
        """What the command answers as JSON; with --wait its last line is for people."""
        done = self.cli(*words, "--json")
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return json.JSONDecoder().raw_decode(done.stdout)[0]

    def wait_until_sent(self, seconds=20):
        """Comes back when nothing is in the queue: what was to be told of it is told then, in the same commit."""
        deadline = time.monotonic() + seconds
        while "The queue is empty." not in (listed := self.cli("queue", "list").stdout):
            assert time.monotonic() < deadline, listed
            time.sleep(0.1)

    def journal_tail(self, lines=30):
        return "\n".join(self.journal.read_text(errors="replace").splitlines()[-lines:])
