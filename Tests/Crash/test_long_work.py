"""SIGKILL at random moments of long work: it goes on by itself after the next start, and what it leaves is right."""

import itertools
import os
import random
import re
import shutil
import tempfile
import threading
import time

from demonstration import PASSWORD, Demonstration, address
from ledger import IDENTIFIER, Ledger, compose, contents, is_whole, mailboxes
from load import GONE, Load
from tasks import wait_for

def kill_during(server, rounds, longest=1.0):
    """The work must take longer than that: whoever begins it gives it a rate by the rounds."""
    for _ in range(rounds):
        time.sleep(random.uniform(0, longest))
        server.kill()
        server.start()


# UIDs that a restored backup leaves out, because clients may know them from mail that is in no backup.
GAP = 1 << 20


def digest(server, account, gap=0):
    """All that a client could see of an account: mailboxes, their numbers, and every message with UID, flags, date and octets."""
    session, found = server.imap(account), []
    for mailbox in sorted(mailboxes(session)):
        status, answer = session.status(mailbox, "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)")
        assert status == "OK"
        found.append(re.sub(rb"UIDNEXT (\d+)", lambda next: b"UIDNEXT %d" % (int(next[1]) - gap), answer[0]))
        session.select(mailbox, readonly=True)
        if b"MESSAGES 0" not in answer[0]:
            found += [part if isinstance(part, bytes) else b"".join(part)
                      for part in session.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")[1]]
    found += session.lsub('""', "*")[1]
    session.logout()
    return found


def test_sigkill_during_an_import(rounds):
    """A Maildir with folders, flags, keywords and one file that is none: everything comes once."""
    wanted = {}
    with tempfile.TemporaryDirectory(prefix="postern-maildir-") as root, Demonstration() as server:
        for number in range(2000):
            folder = ("", "/.Archive", "/.Archive.Old", "/Projects/New")[number % 4]
            os.makedirs(f"{root}{folder}/cur", exist_ok=True)
            flags = random.choice(["", "S", "FS", "RSa"])
            name = f"import.{number}@crash.test"
            wanted[name] = (folder.strip("/.").replace(".", "/") or "INBOX", flags)
            with open(f"{root}{folder}/cur/{1_700_000_000 + number}.M1.x:2,{flags}", "wb") as file:
                file.write(compose(name, random.choice((300, 3000, 9000))))
        for folder in ("", "/.Archive", "/.Archive.Old", "/Projects/New"):
            with open(f"{root}{folder}/dovecot-keywords", "w") as file:
                file.write("0 $Important\n")
        os.mkdir(f"{root}/cur/1.directory:2,")
        task = server.call("tasks", "start", "import", f"from={root}", f"account={address('alice')}", "--limit", f"{8000 // rounds}kB")["id"]
        kill_during(server, rounds)
        server.call("tasks", "limit", task, "none")
        facts = wait_for(server, task)
        assert facts["state"] == "done", facts
        assert facts["result"] == "2000 messages are imported, 1 left out (see its warnings), into 4 mailboxes."
        assert facts["done"] == facts["total"] == 2001
        assert any("1.directory" in warning for warning in facts["warnings"])
        session, found = server.imap("alice"), []
        letters = {"S": b"\\Seen", "F": b"\\Flagged", "R": b"\\Answered", "a": b"$Important"}
        for mailbox in mailboxes(session):
            session.select(mailbox, readonly=True)
            for part in session.fetch("1:*", "(FLAGS BODY.PEEK[])")[1] if session.search(None, "ALL")[1][0] else []:
                if isinstance(part, tuple):
                    name = IDENTIFIER.search(part[1])[1].decode()
                    assert is_whole(part[1]), name
                    flags = {letter for letter, flag in letters.items() if flag in part[0]}
                    assert (mailbox.strip('"'), flags) == (wanted[name][0], set(wanted[name][1])), name
                    found.append(name)
        session.logout()
        assert sorted(found) == sorted(wanted)
        assert server.call("store", "check")["findings"] == []


def test_sigkill_during_a_compaction_with_readers_going_on(rounds):
    """Four fifths of the mail are deleted; while its packs are compacted and the daemon is killed, whoever reads finds all the rest."""
    with Demonstration() as server:
        kept = {}
        for account in ("alice", "bob"):
            session = server.imap(account)
            for number in range(600):
                name = f"{account}.{number}@crash.test"
                message = compose(name, 4000)
                session.append("INBOX", None, None, message)
                if number % 5 == 0:
                    kept[name] = message
            gone = ",".join(str(number + 1) for number in range(600) if number % 5)
            session.select("INBOX")
            session.store(gone, "+FLAGS", "\\Deleted")
            session.expunge()
            session.logout()
        server.kill()  # the next start goes on in a new pack; the old one has zeros at its end
        server.start()
        before = {account: digest(server, account) for account in ("alice", "bob")}
        packs = server.state / "mail/postern-mail/packs"
        size = sum(file.stat().st_size for file in packs.iterdir())
        over, torn, reads = threading.Event(), [], itertools.count()

        def read(account):
            while not over.is_set():
                try:
                    session = server.imap(account)
                    while not over.is_set():
                        found = list(contents(session, "INBOX"))
                        if len(found) != 120 or any(kept[IDENTIFIER.search(each)[1].decode()] != each for each in found):
                            torn.append(len(found))
                        next(reads)
                except GONE:
                    time.sleep(0.02)

        readers = [threading.Thread(target=read, args=(account,), daemon=True) for account in before]
        for reader in readers:
            reader.start()
        task = server.call("tasks", "start", "compact-packs", "--limit", f"{1000 // rounds}kB")["id"]
        kill_during(server, rounds)
        server.call("tasks", "limit", task, "none")
        facts = wait_for(server, task)
        assert facts["state"] == "done", facts
        # A death leaves a stretch of zeros. The pack that this one closes is more than half alive: nothing but them is given back.
        session = server.imap("carol")
        for number in range(8):
            session.append("INBOX", None, None, compose(f"carol.{number}@crash.test", 1_000_000))
        session.logout()
        server.kill()
        server.start()
        closed = sorted(packs.iterdir())[-2]
        torn_off = closed.stat().st_size
        assert wait_for(server, server.call("tasks", "start", "compact-packs")["id"])["state"] == "done"
        over.set()
        for reader in readers:
            reader.join(30)
        assert next(reads) > rounds and not torn, torn
        assert {account: digest(server, account) for account in before} == before
        assert server.call("store", "check")["findings"] == []
        sizes = sorted((file.name, file.stat().st_size) for file in packs.iterdir())
        print(f"{facts['result']} {size} octets before, {sizes} after")
        assert 8_000_000 < closed.stat().st_size < torn_off - (1 << 20), "zeros behind a sealed pack are given back"


def test_a_backup_under_load_and_its_restore(rounds):
    """The daemon is killed while it is made; the mail is lost whole; what comes back is what was there."""
    ledger = Ledger()
    with tempfile.TemporaryDirectory(prefix="postern-backup-") as folder, Demonstration() as server:
        # Dora's must come back exactly; nobody else writes to her.
        assert server.cli("account", "add", address("dora"), "--password", PASSWORD).returncode == 0
        session = server.imap("dora")
        session.create("Folder")
        for number in range(60):
            session.append(("INBOX", "Folder")[number % 2], None, None, compose(f"dora.{number}@crash.test", 3000))
        session.select("INBOX")
        session.store("1:9", "+FLAGS", "(\\Deleted \\Flagged)")
        session.store("10:20", "+FLAGS", "(\\Seen Work)")
        session.uid("EXPUNGE", "1:5")
        session.logout()
        with Load(server, ledger):
            time.sleep(2)
        before, promised = digest(server, "dora"), set(ledger.acknowledged)
        with Load(server, ledger, think=0.05):
            task = server.call("tasks", "start", "back-up-store", f"folder={folder}/b", "same-drive=yes", "--limit", "2MB")["id"]
            for _ in range(rounds):
                time.sleep(random.uniform(0, 1))
                server.kill()
                server.start()
                ledger.forgive_refusals()
            server.cli("tasks", "limit", task, "none")  # it may be over
            facts = wait_for(server, task)
            assert facts["state"] == "done", facts
        assert digest(server, "dora") == before
        server.stop()
        shutil.rmtree(server.state / "mail")
        server.start()
        assert server.call("storage", "status")["state"] == "unavailable"
        assert not (server.state / "mail/postern-mail").exists(), "nothing is made where mail was lost"
        restored = server.cli("storage", "restore", f"{folder}/b")
        assert restored.returncode == 0, restored
        server.begins_anew()  # on the backup
        assert server.call("storage", "status")["path"] == f"{folder}/b"
        assert digest(server, "dora", GAP) == before
        # Of what came while the backup was made some is in it and some is not; what was there before it is, once.
        ledger.acknowledged = promised
        there = ledger.check(server)
        print(f"{len(promised)} messages promised before the backup, {there} came back")
        assert server.call("store", "check")["findings"] == []
        with server.smtp() as session:
            session.sendmail("a@example.org", [address("dora")], b"Subject: after the restore\r\n\r\n")
        assert server.wait_for(b"after the restore", "dora")
