"""SIGKILL at random moments under load from several connections, and SIGTERM in the middle of it."""

import random
import socket
import time

from demonstration import Demonstration
from ledger import Ledger
from load import Load


def test_sigkill(rounds):
    ledger = Ledger()
    with Demonstration() as server:
        for number in range(rounds):
            before = len(ledger.acknowledged)
            with Load(server, ledger) as load:
                time.sleep(random.uniform(0.2, 3))
                server.kill()
                load.over.set()
            server.start()
            ledger.forgive_refusals()
            print(f"round {number + 1}: {len(ledger.acknowledged) - before} acknowledged and then killed")
        # What any of the deaths has lost, doubled or torn is so for good.
        print(f"{ledger.check(server)} messages there")
    assert len(ledger.acknowledged) > 20 * rounds


def test_sigkill_right_after_the_start(rounds):
    """Death while the last death is being repaired."""
    ledger = Ledger()
    with Demonstration() as server:
        for _ in range(rounds):
            with Load(server, ledger) as load:
                time.sleep(random.uniform(0, 0.15))
                server.kill()
                load.over.set()
            server.start()
        ledger.forgive_refusals()
        ledger.check(server)


def test_sigterm_loses_nothing_and_says_goodbye():
    ledger = Ledger()
    with Demonstration() as server:
        quiet = {}
        for name, port in (("smtp", server.smtp_port), ("imap", server.imap_port)):
            quiet[name] = socket.create_connection(("127.0.0.1", port), timeout=15)
            assert quiet[name].recv(500)
        with Load(server, ledger) as load:
            time.sleep(2)
            before = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - before <= 10
            load.over.set()
        assert quiet["smtp"].recv(500).startswith(b"421 ")
        assert quiet["imap"].recv(500).startswith(b"* BYE")
        for peer in quiet.values():
            assert peer.recv(500) == b""
            peer.close()
        server.start()
        assert ledger.check(server) > 0
    assert ledger.acknowledged
