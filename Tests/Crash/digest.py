"""Everything that an account's mail is: mailboxes, subscriptions, UIDVALIDITY, UIDs, flags, dates and bodies as a client sees them, and
MODSEQ as the index has it."""

import contextlib
import hashlib
import json
import re
import sqlite3

from demonstration import address
from ledger import mailboxes

FLAGGED = re.compile(rb"FLAGS \((.*?)\)")
PARTS = ("UID", "INTERNALDATE")
MODSEQ = """SELECT m.name, e.uid, e.mod_seq FROM entry e JOIN mailbox m ON m.id = e.mailbox JOIN owner o ON o.id = m.owner
            WHERE o.address = ? ORDER BY m.name, e.uid"""


def of_account(server, name):
    """Mailbox → its facts and a line a message."""
    session = server.imap(name)
    found = {"subscribed": sorted(line for line in session.lsub('""', "*")[1] if line)}
    changes = mod_sequences(server, name)
    for mailbox in sorted(mailboxes(session)):
        status, answer = session.status(f'"{mailbox.strip(chr(34))}"', "(MESSAGES UIDNEXT UIDVALIDITY)")
        assert status == "OK", answer
        facts = [answer[0].split(b"(", 1)[1]]
        status, answer = session.select(mailbox, readonly=True)
        assert status == "OK", answer
        if answer != [b"0"]:
            status, answer = session.fetch("1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")
            assert status == "OK", answer
            seen = changes[mailbox.strip('"')]
            facts += [line_of(part, seen) for part in answer if isinstance(part, tuple)]
        found[mailbox] = facts
    session.logout()
    return found


def mod_sequences(server, name):
    """Mailbox → UID → MODSEQ, read beside the daemon."""
    place = json.loads(server.cli("storage", "status", "--json").stdout)["path"]
    found = {}
    with contextlib.closing(sqlite3.connect(f"file:{place}/postern-mail/index.sqlite?mode=ro", uri=True, timeout=10)) as index:
        for mailbox, uid, sequence in index.execute(MODSEQ, [address(name)]):
            found.setdefault(mailbox, {})[uid] = sequence
    return found


def line_of(part, sequences):
    head, body = part
    values = [re.search(rf'{name} ("[^"]*"|\d+)'.encode(), head)[1] for name in PARTS]
    values.append(str(sequences[int(values[0])]).encode())
    flags = sorted(flag for flag in FLAGGED.search(head)[1].split() if flag.lower() != b"\\recent")
    return b" ".join([*values, b",".join(flags), hashlib.sha256(body).hexdigest().encode()])


def of_all(server, names):
    return {name: of_account(server, name) for name in names}


def differences(before, after):
    """A line for each thing that is not as it was; what has come since is no difference."""
    found = []
    for name, boxes in before.items():
        for mailbox, facts in boxes.items():
            if mailbox not in after[name]:
                found.append(f"{name}: {mailbox} is gone")
                continue
            there = after[name][mailbox]
            if mailbox == "subscribed":
                if facts != there:
                    found.append(f"{name}: subscribed to {there}, not {facts}")
                continue
            lost = [fact for fact in facts[1:] if fact not in set(there[1:])]
            if lost:
                found.append(f"{name}: {mailbox}: {len(lost)} messages are not as they were, {lost[0]!r}")
            if re.search(rb"UIDVALIDITY (\d+)", facts[0])[1] != re.search(rb"UIDVALIDITY (\d+)", there[0])[1]:
                found.append(f"{name}: {mailbox}: UIDVALIDITY is another")
    return found
