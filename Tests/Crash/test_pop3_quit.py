"""SIGKILL around a QUIT that has more to delete than goes into one commit: whoever comes next meets all of it or nothing. RFC 1939 §6"""

import json
import poplib
import random
import time

from demonstration import PASSWORD, Demonstration, address

MESSAGES = 6_000
KEPT = 600  # every tenth
LONGEST = 240


def test_sigkill_during_a_giant_quit(rounds, tmp_path):
    mbox = tmp_path / "mbox"
    mbox.write_bytes(b"".join(b"From a@example.org Thu Jan  1 00:00:00 2026\nSubject: %d\n\n%s\n\n" % (n, b"x" * 3000) for n in range(MESSAGES)))
    met = []
    took = None
    with Demonstration() as server:
        for _ in range(rounds):
            fill(server, mbox)
            session = log_in(server)
            keep = {uid for number, uid in enumerate(uids(session)) if number % 10 == 0}
            delete_others(session)
            begin = time.monotonic()
            session.sock.sendall(b"QUIT\r\n")
            # The first one is left to answer, which tells how long that is; then the decision is met, and the steps behind it.
            answer = heard(session, LONGEST if took is None else random.choice((0.01, took)) * random.random())
            if answer:
                assert answer.startswith(b"+OK"), answer
                took = took or time.monotonic() - begin
            server.kill()
            server.start()
            session = log_in(server)
            there = set(uids(session))
            assert there == keep or (len(there) == MESSAGES and not answer), f"{len(there)} of {MESSAGES} are there; {answer}"
            met.append(("all" if there == keep else "nothing") + (", as answered" if answer else ""))
            delete_others(session, every=1)
            session.quit()
            findings = json.loads(server.cli("store", "check", "--json").stdout)["findings"]
            assert findings == []
    print(f"deleted at the kill: {met}; a QUIT took {took:.2f} s")


def fill(server, mbox):
    done = server.cli("tasks", "start", "import", f"from={mbox}", f"account={address('alice')}", "--json")
    task = json.loads(done.stdout)["id"]
    deadline = time.monotonic() + LONGEST
    while True:
        facts = json.loads(server.cli("tasks", "show", task, "--json").stdout)
        if facts["state"] == "done":
            return
        assert facts["state"] in ("queued", "running") and time.monotonic() < deadline, facts
        time.sleep(0.1)


def log_in(server):
    session = poplib.POP3("127.0.0.1", server.pop3_port, timeout=LONGEST)
    session.user(address("alice"))
    session.pass_(PASSWORD)
    return session


def uids(session):
    return [line.split()[1] for line in session.uidl()[1]]


def delete_others(session, every=10):
    """All but the first of every ten, or all when `every` is 1."""
    numbers = [number for number in range(1, session.stat()[0] + 1) if every == 1 or number % every != 1]
    for first in range(0, len(numbers), 500):
        some = numbers[first : first + 500]
        session.sock.sendall(b"".join(b"DELE %d\r\n" % number for number in some))
        for _ in some:
            assert session._getline()[0].startswith(b"+OK")


def heard(session, seconds):
    """What is answered within so many seconds; nothing when it is none."""
    session.sock.settimeout(max(seconds, 0.001))
    try:
        return session.file.readline()
    except TimeoutError:
        return b""
