#!/usr/bin/env python3
"""long-work.py [--messages 100000] [--rounds 3] [--folder DIR]: how fast long work is, beside what its drive can do.

Starts a posternd of its own (release build, or POSTERN_BIN) in a folder on the drive to be measured, fills a Maildir, and measures
import, check-store and back-up-store, each with the page cache dropped before. What it is compared with runs in the same round:
`cat` of the same files, and `cp -a` of the store followed by a sync. check-store has stores of its own, of small messages and of
messages as long as a mailbox's are on average, and is timed from the command that starts it to its end. Two ratios are printed:

  everything   a check must read the packs and the index, so that its rate is that of the octets of both, beside `cat` of both: the
               part of the drive's read rate that a check reaches, and what the goal of 80 % is about
  packs only   beside `cat` of the packs: the index counts as time and not as octets, so that it shows what an owner of so much
               mail waits for

Then what mail notices of it: SMTP deliveries with and without long work beside them, and the longest wait beside a POP3 session that
deletes everything. Prints medians; needs root for /proc/sys/vm/drop_caches."""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import poplib
import signal
import smtplib
import socket
import statistics
import subprocess
import tempfile
import threading
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
ACCOUNT = "alice@bench.test"


def drop_caches():
    os.sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")


def fill_maildir(root, count, size):
    """Messages of about `size` octets, as a delivery agent names them, a tenth of them in a folder below."""
    words = [random.randbytes(6).hex() for _ in range(4000)]
    for folder in ("", "/.Archive.Old"):
        for part in ("cur", "new", "tmp"):
            os.makedirs(f"{root}{folder}/{part}")
    for number in range(count):
        lines = [f"From: sender{number % 97}@example.org", f"To: {ACCOUNT}", f"Subject: message {number}",
                 f"Message-ID: <{number}@example.org>", "Date: Mon, 02 Feb 2026 10:00:00 +0000", ""]
        length = sum(map(len, lines))
        while length < size:
            lines.append(" ".join(random.choices(words, k=5)))
            length += 65
        folder = "/.Archive.Old" if number % 10 == 9 else ""
        name = f"{1_700_000_000 + number}.M{number}P1.bench:2,{'S' if number % 2 else ''}"
        with open(f"{root}{folder}/cur/{name}", "w") as file:
            file.write("\n".join(lines) + "\n")


class Daemon:
    def __init__(self, folder):
        self.state, self.folder = folder / "state", folder
        self.bin = subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
        services = ("smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s")
        with contextlib.ExitStack() as held:
            probes = [held.enter_context(socket.socket()) for _ in services]
            for probe in probes:
                probe.bind(("127.0.0.1", 0))
            self.ports = {name: probe.getsockname()[1] for name, probe in zip(services, probes)}
        ports = "".join(f"[{name}]\nport = {port}\n" for name, port in self.ports.items())
        (folder / "postern.toml").write_text(
            ports.replace("[smtp]\n", '[smtp]\ninterfaces = ["127.0.0.1"]\n') + '[mailbox]\ninterfaces = ["127.0.0.1"]\n'
            "[accounts]\npassword-iterations = 4096\n")
        with open(folder / "journal", "ab") as journal:
            self.process = subprocess.Popen(
                [f"{self.bin}/posternd", "--settings", folder / "postern.toml", "--state", self.state], stdout=subprocess.PIPE,
                stderr=journal, stdin=subprocess.DEVNULL)
        for line in self.process.stdout:
            if line == b"ready\n":
                return
        raise SystemExit("posternd did not say ready:\n" + (folder / "journal").read_text()[-2000:])

    def cli(self, *words):
        return subprocess.check_output([f"{self.bin}/postern", *words, "--socket", self.state / "admin.sock"], text=True)

    def task(self, name, *parameters):
        """Starts it and follows its events to the end; answers seconds and its facts."""
        begin = time.monotonic()
        started = json.loads(self.cli("tasks", "start", name, *parameters, "--json"))
        with socket.socket(socket.AF_UNIX) as events:
            events.connect(str(self.state / "admin.sock"))
            events.sendall(f"GET /api/tasks/{started['id']}/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            while events.recv(1 << 16):
                pass
        took = time.monotonic() - begin
        facts = json.loads(self.cli("tasks", "show", started["id"], "--json"))
        if facts["state"] != "done":
            raise SystemExit(f"{name}: {facts}")
        return took, facts

    def fetched(self):
        """Octets that its drives have given it so far."""
        facts = pathlib.Path(f"/proc/{self.process.pid}/io").read_text()
        return int(facts.split("read_bytes:")[1].split()[0])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def read_all(files):
    """What `cat` of the files takes; answers octets and seconds."""
    size = sum(file.stat().st_size for file in files)
    begin = time.monotonic()
    subprocess.run(["cat", *files], stdout=subprocess.DEVNULL, check=True)
    return size, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--size", type=int, default=4000, help="octets of a message; check-store has both its own")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", default="/var/tmp", help="on the drive that is measured")
    parser.add_argument("--only", default="", help="import, check-store, back-up-store, mail or pop3: the others are left out")
    options = parser.parse_args()
    random.seed(1)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-long-work-", dir=options.folder))
    try:
        if options.only in ("", "check-store"):
            for store in CHECKED_STORES:
                check_store(folder / "checked", *store, options.rounds)
        if options.only != "check-store":
            fill_maildir(folder / "Maildir", options.messages, options.size)
            measure(folder, options)
    finally:
        shutil.rmtree(folder)


def measure(folder, options):
    wants = lambda name: options.only in ("", name)
    daemon = Daemon(folder)
    try:
        daemon.cli("domain", "add", "bench.test")
        imports = []
        for number in range(options.rounds if wants("import") else 1):
            account = f"alice{number}@bench.test"
            daemon.cli("account", "add", account, "--password", "bench")
            drop_caches()
            took, facts = daemon.task("import", f"from={folder}/Maildir", f"account={account}")
            assert facts["done"] == options.messages, facts
            imports.append(options.messages / took)
        print(f"import: {statistics.median(imports):,.0f} messages/s of {options.size} octets, cache dropped {shown(imports)}")
        packs = folder / "state/mail/postern-mail/packs"
        if wants("back-up-store"):
            backups, copies, ratios = [], [], []
            for _ in range(options.rounds):
                size = sum(file.stat().st_size for file in packs.parent.rglob("*") if file.is_file())
                drop_caches()
                begin = time.monotonic()
                subprocess.run(["cp", "-a", "--reflink=never", packs.parent, folder / "copied"], check=True)
                subprocess.run(["sync", "-f", folder], check=True)
                copies.append(size / (time.monotonic() - begin) / 1e6)
                shutil.rmtree(folder / "copied")
                drop_caches()
                took, _ = daemon.task("back-up-store", f"folder={folder}/backup", "same-drive=yes")
                backups.append(size / took / 1e6)
                ratios.append(100 * backups[-1] / copies[-1])
                shutil.rmtree(folder / "backup")
            print(f"back-up-store, read back: {statistics.median(backups):,.0f} MB/s {shown(backups)}, cp -a and sync "
                  f"{statistics.median(copies):,.0f} MB/s {shown(copies)}: {statistics.median(ratios):.0f} % {shown(ratios)}")
        if wants("mail"):
            beside(daemon, folder, options)
        if wants("pop3"):
            delete_all(daemon)
    finally:
        daemon.stop()


# Octets of a message, how many there are in the Maildir, and how often it is imported: 1.2 GB either way.
CHECKED_STORES = ((4_000, 100_000, 3), (30_000, 20_000, 2))


def check_store(folder, size, messages, imports, rounds):
    """A store of its own, checked and read by `cat` in turn."""
    folder.mkdir()
    fill_maildir(folder / "Maildir", messages, size)
    daemon = Daemon(folder)
    try:
        daemon.cli("domain", "add", "bench.test")
        for number in range(imports):
            daemon.cli("account", "add", f"alice{number}@bench.test", "--password", "bench")
            daemon.task("import", f"from={folder}/Maildir", f"account=alice{number}@bench.test")
        store = folder / "state/mail/postern-mail"
        packs = sorted(store.glob("packs/*.pack"))
        everything = [*packs, *sorted(store.glob("index.sqlite*"))]
        fetched = []

        def check():
            before = daemon.fetched()
            took, facts = daemon.task("check-store")
            fetched.append((daemon.fetched() - before) / 1e6)
            assert facts["result"] == f"{messages * imports} messages are read back; all is well.", facts
            return took

        # What lies below the drive may remember what was read last: it does so for all three, and each is the first in turn.
        turns = {"packs": lambda: read_all(packs), "everything": lambda: read_all(everything), "check": check}
        read_all(everything)
        rounds_done = []
        for number in range(rounds):
            names = list(turns)[number % 3:] + list(turns)[:number % 3]
            done = {}
            for name in names:
                drop_caches()
                # The mail is not at hand, but the programs are.
                daemon.cli("status")
                subprocess.run(["cat", "/dev/null"], check=True)
                done[name] = turns[name]()
            rounds_done.append(done)
        print(f"check-store, messages of {size:,} octets, {statistics.median(fetched):,.0f} MB read:")
        for name, what in (("everything", "packs and index"), ("packs", "packs only")):
            octets = rounds_done[-1][name][0] / 1e6
            checks = [octets / done["check"] for done in rounds_done]
            reads = [octets / done[name][1] for done in rounds_done]
            ratios = [100 * check / read for check, read in zip(checks, reads)]
            print(f"  {what}, {octets:,.0f} MB: {statistics.median(checks):,.0f} MB/s {shown(checks)}, cat of them "
                  f"{statistics.median(reads):,.0f} MB/s {shown(reads)}: {statistics.median(ratios):.0f} % {shown(ratios)}")
    finally:
        daemon.stop()
        shutil.rmtree(folder)


def beside(daemon, folder, options):
    """Messages a second that 20 sessions deliver, alone and while a task goes on and on."""
    mailload = folder / "mailload"
    source = PROJECT / "packaging/bench/load/mailload.c"
    subprocess.run(["cc", "-O2", "-w", "-pthread", "-o", mailload, source, "-lgnutls", "-lm"], check=True)
    daemon.cli("account", "add", "bob@bench.test", "--password", "bench")
    (folder / "users").write_text("bob@bench.test bench\n")

    def deliver():
        begin, count = time.monotonic(), 6000
        subprocess.run([mailload, "smtp", "-h", "127.0.0.1", "-p", str(daemon.ports["smtp"]), "-u", folder / "users", "-s", "20", "-n",
                        str(count), "-l", "4096"], check=True, stdout=subprocess.DEVNULL)
        return count / (time.monotonic() - begin)

    deliver()
    tasks = {"check-store": [], "import": [f"from={folder}/Maildir", "account=bob@bench.test"]}
    for name, parameters in tasks.items():
        alone, busy = [], []
        for _ in range(options.rounds):
            alone.append(deliver())
            over = threading.Event()

            def work():
                while not over.is_set():
                    task = json.loads(daemon.cli("tasks", "start", name, *parameters, "--json"))["id"]
                    while json.loads(daemon.cli("tasks", "show", task, "--json"))["state"] != "done":
                        if over.wait(0.05):
                            daemon.cli("tasks", "cancel", task)
                            break

            worker = threading.Thread(target=work)
            worker.start()
            time.sleep(0.3)
            busy.append(deliver())
            over.set()
            worker.join()
            time.sleep(1)
        ratio = statistics.median(100 * with_it / without for with_it, without in zip(busy, alone))
        print(f"deliveries beside {name}: {statistics.median(busy):,.0f}/s {shown(busy)}, alone {statistics.median(alone):,.0f}/s "
              f"{shown(alone)}: {ratio:.0f} %")


def delete_all(daemon):
    """QUIT after DELE of all messages, and how long one delivery after the other takes meanwhile."""
    session = poplib.POP3("127.0.0.1", daemon.ports["pop3"], timeout=300)
    session.user("alice0@bench.test")
    session.pass_("bench")
    count = session.stat()[0]
    for first in range(1, count + 1, 500):
        numbers = range(first, min(first + 500, count + 1))
        session.sock.sendall(b"".join(f"DELE {number}\r\n".encode() for number in numbers))
        for _ in numbers:
            assert session._getline()[0].startswith(b"+OK")
    waits, over = [], threading.Event()

    def deliver():
        with smtplib.SMTP("127.0.0.1", daemon.ports["smtp"], local_hostname="client.example", timeout=300) as sender:
            while not over.is_set():
                begin = time.monotonic()
                sender.sendmail("a@example.org", ["alice0@bench.test"], b"Subject: x\r\n\r\n")
                waits.append(time.monotonic() - begin)

    sender = threading.Thread(target=deliver)
    sender.start()
    time.sleep(0.5)
    begin = time.monotonic()
    session.quit()
    took = time.monotonic() - begin
    over.set()
    sender.join()
    print(f"POP3 QUIT with {count:,} deletions: {took:.2f} s; the longest delivery meanwhile took {max(waits):.2f} s")


def shown(figures):
    return f"({min(figures):,.0f}..{max(figures):,.0f})"


if __name__ == "__main__":
    main()
