"""F37: the new drive holds mail already. It is used as it is, owners are matched by address, and nothing is overwritten."""

import json
import os
import time

import digest
from demonstration import PASSWORD, Demonstration, address
from drive import Drive
from ledger import Ledger
from load import Load



def add(server, name):
    done = server.cli("account", "add", address(name), "--password-stdin", stdin=PASSWORD + "\n")
    assert done.returncode == 0, done


def test_mail_of_another_house_is_used():
    with Drive(300) as drive:
        with Demonstration(settings={"store.free-space-floor": "16MiB"}) as theirs:
            add(theirs, "zoe")
            assert theirs.cli("storage", "move", str(drive.path), "--wait").returncode == 0
            there = Ledger()
            with Load(theirs, there, senders=2, filers=1, movers=1, think=0.01):
                time.sleep(1)
            session = theirs.imap("zoe")
            session.append("INBOX", None, None, b"Subject: zoe\r\n\r\nof zoe\r\n")
            session.logout()
            before = digest.of_all(theirs, ("alice", "bob", "carol"))
        with Demonstration(settings={"store.free-space-floor": "16MiB"}) as ours:
            here = Ledger()
            with Load(ours, here, senders=1, filers=1, movers=0, think=0.01):
                time.sleep(0.5)
            add(ours, "eve")
            lines = ours.cli("storage", "move", str(drive.path), "--adopt", "--dry-run").stdout
            for sentence in (
                f"  {address('zoe')}: 1 message there, no account here; kept apart", f"  {address('eve')}: no mail there, gets new folders",
                f"  {address('alice')}: ", "nothing is overwritten",
            ):
                assert sentence in lines, lines
            plain = ours.cli("storage", "move", str(drive.path))
            assert plain.returncode == 1 and "--adopt" in plain.stderr and f"  {address('zoe')}: 1 message" in plain.stderr, plain
            shown = ours.cli("drives").stdout
            assert f"{drive.path} " in shown and "holds another mail store: " in shown, shown

            done = ours.cli("storage", "move", str(drive.path), "--adopt", "--wait")
            assert done.returncode == 0, done
            ours.begins_anew()
            facts = json.loads(ours.cli("storage", "status", "--json").stdout)
            assert facts["path"] == str(drive.path) and facts["old"]["path"] == str(ours.state / "mail"), facts
            log = json.loads(ours.cli("tasks", "list", "--json").stdout)
            adopted = [task for task in log if task["name"] == "adopt-store"][0]
            assert adopted["warnings"] == [f"{address('zoe')} has 1 messages there and no account here; they are kept apart."], adopted
            assert digest.differences(before, digest.of_all(ours, ("alice", "bob", "carol"))) == []
            there.check(ours)
            folders = {line.split(b" ")[-1] for line in ours.imap("eve").list()[1]}
            assert {b'"INBOX"', b'"Sent"', b'"Trash"'} <= folders, folders

            # The mail that was used before is where it was, and comes back.
            assert os.path.exists(ours.state / "mail/postern-mail/identity")
            refused = ours.cli("storage", "discard-old")
            assert refused.returncode == 1 and "--other-mail" in refused.stderr, refused
            assert ours.cli("storage", "undo", "--wait").returncode == 0
            ours.begins_anew()
            here.check(ours)
            # Now it is theirs that was used before.
            assert ours.cli("storage", "discard-old", "--other-mail").returncode == 0
            assert not os.path.exists(drive.path / "postern-mail")
            here.check(ours)


def test_a_restore_is_taken_back():
    """Mail that has come after the backup was made is there again."""
    with Drive(300) as drive, Demonstration(settings={"store.free-space-floor": "16MiB"}) as server:
        first, later, last = Ledger(), Ledger(), Ledger()
        work = {"senders": 2, "filers": 1, "movers": 0, "think": 0.01}
        with Load(server, first, **work):
            time.sleep(1)
        started = json.loads(server.cli("tasks", "start", "back-up-store", f"folder={drive.path}", "--json").stdout)
        assert server.cli("tasks", "watch", started["id"]).returncode == 0
        first.check(server)
        with Load(server, later, **work):
            time.sleep(0.5)
        for ledger in (first, later):
            first.tried, first.acknowledged = first.tried | ledger.tried, first.acknowledged | ledger.acknowledged
        assert server.cli("storage", "restore", str(drive.path), "--wait").returncode == 0
        server.begins_anew()
        assert 0 < len(server.messages("alice")) < len([key for key in first.acknowledged if key[0] == "alice"])
        with Load(server, last, **work):
            time.sleep(0.5)
        assert server.cli("storage", "undo", "--wait").returncode == 0
        server.begins_anew()
        first.check(server)
