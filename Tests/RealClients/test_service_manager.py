"""What systemd hears of the daemon: that it is ready, that it lives, that it reads its settings again, that it goes."""

import os
import re
import signal
import time

from demonstration import Demonstration

PATIENCE = 20
BEAT = 0.2  # half of the time after which the watchdog takes a program for hung


def hear(words, pattern, after=0):
    """The number of the first word from there on that is so."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for number, word in enumerate(words[after:], after):
            if re.fullmatch(pattern, word):
                return number
        assert time.monotonic() < deadline, f"{pattern} was not among {words[after:]}"
        time.sleep(0.02)


def test_from_the_start_to_the_stop(manager):
    path, words = manager
    with Demonstration(environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(int(BEAT * 2e6))}) as server:
        ready = hear(words, r"READY=1\nSTATUS=accepting connections")
        os.kill(server.pid, signal.SIGHUP)
        reloading = hear(words, r"RELOADING=1\nMONOTONIC_USEC=\d+", ready + 1)
        again = hear(words, r"READY=1\nSTATUS=accepting connections", reloading + 1)
        assert server.stop() == 0
        hear(words, r"STOPPING=1\nSTATUS=.+", again + 1)


def test_a_sign_of_life_in_time(manager):
    path, words = manager
    with Demonstration(environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(int(BEAT * 2e6))}) as server:
        first = len(words)
        time.sleep(10 * BEAT)
        assert 4 <= words[first:].count("WATCHDOG=1") <= 12
        os.kill(server.pid, signal.SIGSTOP)
        try:
            time.sleep(2 * BEAT)  # what was on its way
            before = len(words)
            time.sleep(5 * BEAT)
            assert "WATCHDOG=1" not in words[before:], "a program that hangs says that it lives"
        finally:
            os.kill(server.pid, signal.SIGCONT)
        hear(words, "WATCHDOG=1", len(words))
