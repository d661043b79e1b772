"""A house that moves: mail in many mailboxes that nothing touches meanwhile, load from SMTP and IMAP beside it, and a move that can be
met in each of its phases."""

import contextlib
import itertools
import os
import pathlib
import random
import time

import digest
from demonstration import PASSWORD, Demonstration, address
from drive import Drive
from ledger import Ledger
from load import Load

# In the order in which a move goes through them.
PHASES = ("packs", "index", "verify", "tail", "commit", "proof")
PATIENCE = 120
QUIET = "dora"  # her mail is only moved
TRIES = 12


def meet(phase, once):
    """Breaks a move off until that came in this phase: the log is read some ms before, and now and then the next one has begun."""
    met = [once()]
    while met[-1] != phase:
        assert len(met) < TRIES, f"{phase} is never met, but {met}"
        met.append(once())


class Moving:
    """The mail on `source`, one of two drives, and a way to `target`. With the library of faults.c calls on them can be made to fail, or
    slow."""

    def __init__(self, kinds=("ext4", "ext4"), mebibytes=512, mail=24, mailboxes=8, size=60_000, library=None):
        self.drives = [Drive(mebibytes, kind) for kind in kinds]
        self.mail, self.mailboxes, self.size = mail, mailboxes, size
        self.control = pathlib.Path(self.drives[0].folder.name) / "control"
        self.serials = itertools.count(1)
        environment = {"LD_PRELOAD": str(library), "POSTERN_FAULTS": str(self.control)} if library else {}
        self.server = Demonstration(settings={"store.free-space-floor": "16MiB"}, environment=environment)
        self.ledger = Ledger()
        self.task = None

    def __enter__(self):
        with contextlib.ExitStack() as parts:
            for part in (*self.drives, self.server):
                parts.enter_context(part)
            self.fill()
            self.call("storage", "move", str(self.source.path), "--wait")
            self.call("storage", "discard-old")
            self.before = digest.of_all(self.server, [QUIET])
            self.parts = parts.pop_all()
        return self

    def __exit__(self, *exception):
        return self.parts.__exit__(*exception)

    @property
    def source(self):
        return self.drives[0]

    @property
    def target(self):
        return self.drives[1]

    def call(self, *words):
        return self.server.call(*words)

    def fill(self):
        """`mail` MiB in `mailboxes`, with flags, keywords, dates, gaps and subscriptions."""
        done = self.server.cli("account", "add", address(QUIET), "--password-stdin", stdin=PASSWORD + "\n")
        assert done.returncode == 0, done.stderr
        session = self.server.imap(QUIET)
        count = max(2, (self.mail << 20) // self.size // self.mailboxes)
        for number in range(self.mailboxes):
            mailbox = f"Box{number}" if number else "INBOX"
            session.create(mailbox)
            if number % 2:
                session.subscribe(mailbox)
            for n in range(count):
                body = f"From: a@example.org\r\nSubject: {number}.{n}\r\n\r\n".encode() + random.randbytes(self.size // 2).hex().encode() + b"\r\n"
                flags = ("", "\\Seen", "\\Flagged $Work", "\\Answered \\Seen")[n % 4]
                status, answer = session.append(mailbox, f"({flags})", f'"0{1 + n % 9}-Feb-2024 10:{n % 60:02}:00 +0000"', body)
                assert status == "OK", answer
            session.select(mailbox)
            session.store("1", "+FLAGS", "\\Deleted")
            session.expunge()
        session.logout()

    # MARK: faults

    def fault(self, call, number, part, count=-1):
        """From now on such calls on what has this part in its path fail with this errno (faults.c)."""
        new = self.control.with_suffix(".new")
        new.write_text(f"{next(self.serials)} {call} {number} {count} {part}\n")
        new.rename(self.control)

    def mend(self):
        self.control.unlink(missing_ok=True)

    # MARK: the move

    def begin(self, seconds=2):
        """A move that takes some seconds."""
        limit = f"{max(1, self.mail // seconds)}MB"
        self.task = self.call("storage", "move", str(self.target.path), "--limit", limit)["task"]["id"]
        return self.task

    def facts(self):
        return self.call("tasks", "show", self.task)

    def log(self):
        return [line["text"] for line in self.call("tasks", "log", self.task)["lines"]]

    def phase(self):
        """The one that the log names last."""
        named = [text.split()[1].rstrip(":") for text in self.log() if text.startswith("phase ")]
        return named[-1] if named else None

    def reach(self, phase):
        """Waits until the move is in this phase, or past it, and a random while longer; answers where it is."""
        wanted = PHASES.index(phase)
        deadline = time.monotonic() + PATIENCE
        while True:
            now = self.phase()
            if now is not None and PHASES.index(now) >= wanted:
                return now
            facts = self.facts()
            assert facts["state"] not in ("failed", "cancelled"), facts
            if facts["state"] == "done":
                return "proof"
            assert time.monotonic() < deadline, f"the move does not come to {phase}: {facts}"
            time.sleep(0.02)

    def broken_off_in(self):
        """The phase in which the daemon ended that had begun the move: the second beginning is that of the next one."""
        log = self.log()
        begins = [number for number, text in enumerate(log) if text == "begins"]
        named = [text.split()[1].rstrip(":") for text in log[: begins[1] if len(begins) > 1 else len(log)] if text.startswith("phase ")]
        return (named or ["before"])[-1] if len(begins) > 1 else "after"

    def end(self, states=("done",)):
        """As fast as it can from here on: what is to be met was met."""
        self.server.cli("tasks", "limit", self.task, "none")
        deadline = time.monotonic() + PATIENCE
        while True:
            facts = self.facts()
            if facts["state"] in ("done", "failed", "cancelled"):
                assert facts["state"] in states, f"{facts}\n{self.log()}"
                return facts
            # A cause that may pass is waited for; a test does not wait for the second try.
            if facts.get("due"):
                self.server.cli("tasks", "resume", self.task)
            assert time.monotonic() < deadline, f"the move does not end: {facts}"
            time.sleep(0.1)

    def place(self):
        return self.call("storage", "status")["path"]

    def check(self):
        """The mail is whole: what was acknowledged is there once, and what nobody has touched is as it was."""
        there = self.ledger.check(self.server)
        assert digest.differences(self.before, digest.of_all(self.server, [QUIET])) == []
        assert self.call("store", "check")["findings"] == []
        return there

    def turn(self):
        """The move is over: the next one goes the other way."""
        assert self.place() == str(self.target.path)
        self.call("storage", "discard-old")
        assert not os.path.exists(self.source.path / "postern-mail/identity")
        self.drives.reverse()

    def load(self, **more):
        return Load(self.server, self.ledger, **{"senders": 2, "filers": 1, "movers": 1, "think": 0.03, **more})
