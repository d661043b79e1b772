"""load.py ADDRESS PORT RATE STOP: that many short sessions a second, begun on time however the others fare, until the file STOP is there.

Says what became of them, in one line: `answered` had their greeting and a proper end, be it 421 because the server goes down; `refused`
got no connection; `lost` had one that ended without a word; `rate` is how many were begun a second.
"""

import os
import socket
import sys
import threading
import time

address, port, rate, stop = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
# Whoever forgets the file does not keep this running.
longest = 600.0
counts = {"answered": 0, "refused": 0, "lost": 0}
slowest = 0.0
lock = threading.Lock()


def session() -> str:
    try:
        connection = socket.create_connection((address, port), timeout=15)
    except OSError:
        return "refused"
    try:
        with connection, connection.makefile("rb") as lines:
            greeting = lines.readline()
            if greeting.startswith(b"421"):
                return "answered"
            if not greeting.startswith(b"220"):
                return "lost"
            try:
                connection.sendall(b"QUIT\r\n")
            except OSError:
                pass  # the server's last word may be there all the same
            return "answered" if lines.readline()[:3] in (b"221", b"421") else "lost"
    except OSError:
        return "lost"


def counted() -> None:
    global slowest
    begun = time.monotonic()
    outcome = session()
    with lock:
        counts[outcome] += 1
        slowest = max(slowest, time.monotonic() - begun)


start = time.monotonic()
threads = []
number = 0
while not os.path.exists(stop) and time.monotonic() - start < longest:
    time.sleep(max(0.0, start + number / rate - time.monotonic()))
    thread = threading.Thread(target=counted)
    thread.start()
    threads.append(thread)
    number += 1
took = time.monotonic() - start
for thread in threads:
    thread.join()
print(" ".join(f"{name}={count}" for name, count in counts.items()), f"slowest={slowest * 1000:.0f}ms rate={number / took:.1f}/s")
