#!/usr/bin/env python3
"""queue-100k.py [COUNT [CASE]]: COUNT messages (100,000 by default) wait for one destination that is silent (CASE 1), then for 10,000
domains that cannot be looked up (CASE 2). Prints for each what the daemon's memory is, how long a message for a living destination takes,
and how long a stop and a restart take, and exits with 1 when a goal is missed. Takes some minutes; nothing outside of a temporary folder is
touched."""

import json
import pathlib
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT / "Tests/RealClients"), str(PROJECT / "Tests/Crash")]

from demonstration import PASSWORD, Demonstration, address, free_port  # noqa: E402
from sink import Sink  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
CASES = [int(sys.argv[2])] if len(sys.argv) > 2 else [1, 2]
GOALS = {
    "resident, MB": 300, "most resident, MB": 300, "living destination, ms": 1000, "stop, ms": 1000, "restart, ms": 3000,
    "living after the restart, ms": 1000,
}
missed = []


def tell(case, what, value):
    goal = GOALS.get(what)
    print(f"{case:12} {what:32} {value:10,.0f}" + (f"   goal {goal:,}" if goal else ""), flush=True)
    if goal is not None and value > goal:
        missed.append(f"{case} {what}")


def resident(server, field="VmRSS"):
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field)) / 1024


def living(server, sink):
    """Milliseconds from the end of the submission to the other server's 250, the worst of five."""
    worst = 0
    for number in range(5):
        identifier = f"{time.monotonic_ns()}.{number}@living.test"
        with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=60) as client:
            client.login(address("alice"), PASSWORD)
            began = time.monotonic()
            client.sendmail(address("alice"), ["bob@living.test"], f"Message-ID: <{identifier}>\r\n\r\ntext\r\n")
        while identifier not in sink.taken:
            assert time.monotonic() - began < 60, "the living destination got nothing"
            time.sleep(0.001)
        worst = max(worst, (time.monotonic() - began) * 1000)
    return worst


def waiting(server):
    counts = json.loads(server.cli("queue", "list", "--limit", "1", "--json").stdout)["counts"]
    return counts.get("queued", 0) + counts.get("deferred", 0)


def case(name, recipient, settings, load, users):
    with Sink() as sink, Demonstration(settings=settings) as server, socket.create_server(("127.0.0.1", 0), backlog=200) as silent:
        for domain, port in (("living.test", sink.port), ("silent.test", silent.getsockname()[1])):
            assert server.cli("route", "add", domain, "127.0.0.1", "--port", str(port)).returncode == 0
        # It is known to take mail: 10,000 that let everybody wait are not to be in its way.
        living(server, sink)
        began = time.monotonic()
        subprocess.run(
            [load, "smtp", "-h", "127.0.0.1", "-p", str(server.submission_port), "-u", users, "-d", "postern.test", "-A", "-P", "-s", "20",
             "-m", "1000", "-l", "2000", "-n", str(COUNT), "-r", recipient], check=True, capture_output=True)
        tell(name, "filled, per second", COUNT / (time.monotonic() - began))
        tell(name, "waiting", waiting(server))
        tell(name, "living destination, ms", living(server, sink))
        tell(name, "resident, MB", resident(server))
        tell(name, "most resident, MB", resident(server, "VmHWM"))
        began = time.monotonic()
        assert server.stop() == 0
        tell(name, "stop, ms", (time.monotonic() - began) * 1000)
        began = time.monotonic()
        server.start()
        tell(name, "restart, ms", (time.monotonic() - began) * 1000)
        tell(name, "living after the restart, ms", living(server, sink))
        time.sleep(10)
        tell(name, "living destination, ms", living(server, sink))
        tell(name, "waiting", waiting(server))
        tell(name, "most resident, MB", resident(server, "VmHWM"))


def main():
    with tempfile.TemporaryDirectory(prefix="postern-load-") as folder:
        load, users = pathlib.Path(folder) / "mailload", pathlib.Path(folder) / "users"
        source = PROJECT / "packaging/bench/load/mailload.c"
        subprocess.run(["cc", "-O2", "-w", "-pthread", "-o", load, source, "-lgnutls", "-lm"], check=True)
        users.write_text(f"{address('alice')} {PASSWORD}\n")
        if 1 in CASES:
            case("one silent", "u@silent.test", {}, load, users)
        if 2 in CASES:
            case("10,000", "u@d%ld.example.org", {"dns.servers": f'["127.0.0.1@{free_port()}"]'}, load, users)
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


main()
