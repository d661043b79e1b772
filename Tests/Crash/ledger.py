"""What was promised, and whether it was kept: every acknowledged message is there exactly once and whole, every other one at
most once, and one that was refused is not there at all (unless the server died with the refusal on its lips)."""

import collections
import hashlib
import random
import re
import threading
import time

IDENTIFIER = re.compile(rb"^Message-ID: <([^>]+)>\r$", re.M | re.I)
DIGEST = re.compile(rb"^X-Digest: ([0-9a-f]{64})\r$", re.M)
BATCH = 200


def compose(identifier, size):
    """A message that tells by itself whether it is whole."""
    body = b"".join(random.randbytes(38).hex().encode() + b"\r\n" for _ in range(size // 78 + 1))
    digest = hashlib.sha256(body).hexdigest()
    return f"From: a@example.org\r\nMessage-ID: <{identifier}>\r\nX-Digest: {digest}\r\nSubject: crash\r\n\r\n".encode() + body


def is_whole(message):
    digest = DIGEST.search(message)
    return digest is not None and hashlib.sha256(message.partition(b"\r\n\r\n")[2]).hexdigest().encode() == digest[1]


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.tried = set()  # (account, identifier)
        self.acknowledged = set()
        self.refused = set()
        self.dark_since = None
        self.late = 0  # seconds after the power went at which the last acknowledgement came

    def note(self, which, accounts, identifier):
        with self.lock:
            if which is self.acknowledged and self.dark_since is not None:
                self.late = max(self.late, time.monotonic() - self.dark_since)
                return
            which.update((account, identifier) for account in accounts)

    def power_goes(self):
        """What is acknowledged from now on is no promise. The kernel's stand-in for a power cut answers a sync that is under way at
        that moment with success now and then, though nothing reached the drive; with the real thing nobody would hear of it."""
        with self.lock:
            self.dark_since, self.late = time.monotonic(), 0

    def power_is_back(self):
        """Only what was under way may have been answered: whoever goes on saying yes without a drive lies."""
        with self.lock:
            self.dark_since = None
        assert self.late < 0.25, f"a message was acknowledged {self.late:.2f} s after the power had gone"

    def forgive_refusals(self):
        """After a crash a refused message may turn out to have been written."""
        with self.lock:
            self.refused.clear()

    def check(self, server, accounts=("alice", "bob", "carol")):
        found, torn = collections.Counter(), []
        for account in accounts:
            session = server.imap(account)
            for mailbox in list(mailboxes(session)):
                for message in contents(session, mailbox):
                    identifier = IDENTIFIER.search(message)
                    if identifier is None or not is_whole(message):
                        torn.append((account, mailbox, message[:300]))
                    else:
                        found[account, identifier[1].decode()] += 1
            session.logout()
        lost = self.acknowledged - found.keys()
        doubled = [key for key, count in found.items() if count > 1]
        ghosts = found.keys() - self.tried
        wrongly = self.refused & found.keys()
        assert not (lost or doubled or torn or ghosts or wrongly), (
            f"of {len(self.acknowledged)} acknowledged: lost {len(lost)} {sample(lost)}, doubled {len(doubled)} {sample(doubled)}, torn "
            f"{len(torn)} {sample(torn)}, never sent {len(ghosts)} {sample(ghosts)}, refused but there {len(wrongly)} {sample(wrongly)}"
        )
        return len(found)


def sample(keys):
    return sorted(keys)[:3]


def mailboxes(session):
    status, lines = session.list('""', "*")
    assert status == "OK", lines
    for line in lines:
        line = line if isinstance(line, bytes) else b"".join(line)
        if b"\\noselect" not in line.lower():
            yield re.fullmatch(rb'\(.*?\) (?:"."|NIL) (.*)', line)[1].decode()


def contents(session, mailbox):
    status, answer = session.select(mailbox, readonly=True)
    assert status == "OK", answer
    uids = session.uid("SEARCH", "ALL")[1][0].split()
    assert len(uids) == int(answer[0])
    for start in range(0, len(uids), BATCH):
        batch = b",".join(uids[start : start + BATCH]).decode()
        status, answer = session.uid("FETCH", batch, "(BODY.PEEK[])")
        assert status == "OK", answer
        yield from (part[1] for part in answer if isinstance(part, tuple))
