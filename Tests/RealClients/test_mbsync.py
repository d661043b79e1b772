"""mbsync: 2,000 messages down into a maildir, and up again into another account; compared byte by byte."""

import collections
import re
import subprocess

from imapclient import IMAPClient
import letters
from demonstration import PASSWORD, address

COUNT = 2000


def configuration(server, folder):
    def account(name):
        return (
            f"IMAPAccount {name}\nHost 127.0.0.1\nPort {server.imap_port}\nUser {address(name)}\nPass {PASSWORD}\n"
            f"SSLType None\nAuthMechs LOGIN\n\nIMAPStore {name}\nAccount {name}\n\n"
        )

    return (
        account("alice")
        + account("bob")
        + f"MaildirStore near\nPath {folder}/near/\nInbox {folder}/near/INBOX\nSubFolders Verbatim\n\n"
        + "Channel down\nFar :alice:synced\nNear :near:synced\nCreate Near\nExpunge None\nSync Pull\nSyncState *\n\n"
        + f"Channel up\nFar :bob:synced\nNear :near:synced\nCreate Far\nExpunge None\nSync Push\nSyncState {folder}/up.state\n"
    )


def mbsync(folder, channel):
    done = subprocess.run(["mbsync", "--config", f"{folder}/mbsyncrc", channel], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


def without_token(message):
    """mbsync marks what it stores with a header of its own."""
    return re.sub(rb"(?m)^X-TUID: [^\r\n]*\r?\n", b"", message, count=1)


def test_down_and_up(server, tmp_path):
    sent = collections.Counter()
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False) as client:
        client.login(address("alice"), PASSWORD)
        client.create_folder("synced")
        for number in range(COUNT):
            message = letters.awkward(number)
            if b"\r\n\r\n" not in message:
                message += b"\r\n"  # mbsync passes over a header that has no end
            client.append("synced", message, flags=[b"\\Seen"] if number % 3 else [b"\\Flagged"])
            sent[message] += 1
    (tmp_path / "near").mkdir()
    (tmp_path / "mbsyncrc").write_text(configuration(server, tmp_path))

    mbsync(tmp_path, "down")
    files = [file for kind in ("cur", "new") for file in (tmp_path / "near/synced" / kind).iterdir()]
    near = collections.Counter(without_token(file.read_bytes()).replace(b"\n", b"\r\n") for file in files)
    assert len(files) == COUNT and near == sent
    assert sum("F" in file.name.partition(":2,")[2] for file in files) == len(range(0, COUNT, 3))

    mbsync(tmp_path, "up")
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False) as client:
        client.login(address("bob"), PASSWORD)
        client.select_folder("synced", readonly=True)
        everything = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        far = collections.Counter(without_token(part[b"BODY[]"]) for part in everything.values())
        assert len(everything) == COUNT and far == sent
        assert sum(b"\\Flagged" in part[b"FLAGS"] for part in everything.values()) == len(range(0, COUNT, 3))

    before = sorted(file.name for file in files)
    mbsync(tmp_path, "down")
    mbsync(tmp_path, "up")
    assert before == sorted(file.name for kind in ("cur", "new") for file in (tmp_path / "near/synced" / kind).iterdir())
