"""SIGKILL at random moments while mail goes out: nothing that was accepted is lost, and no more goes twice than was in flight.

Another server has taken a message when it has said 250 to it; what it said is durable before the connection is used again. So each
connection that was open at a death has at most one message that will go once more."""

import itertools
import os
import random
import smtplib
import threading
import time

from demonstration import PASSWORD, Demonstration, address
from ledger import sample
from sink import Sink

FAR = "far.test"
GONE = (OSError, EOFError, smtplib.SMTPException)


class Senders:
    """Sessions that submit until they are told to stop, and write down what was accepted."""

    numbers = itertools.count()

    def __init__(self, server, accepted, count=6):
        self.server, self.accepted = server, accepted
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a sender still waits for an answer"

    def work(self):
        while not self.over.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self.server.submission_port, local_hostname="client.example", timeout=20) as session:
                    session.login(address("alice"), PASSWORD)
                    while not self.over.is_set():
                        identifier = f"{os.getpid()}.{next(self.numbers)}@crash.test"
                        text = f"From: {address('alice')}\r\nMessage-ID: <{identifier}>\r\n\r\n" + "x\r\n" * random.choice((1, 300, 3000))
                        session.sendmail(address("alice"), [f"erin@{FAR}"], text)
                        self.accepted.add(identifier)
            except GONE:
                time.sleep(0.05)


def drained(server, sink, accepted, seconds=60):
    """Everything has gone out, and the queue knows it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with sink.lock:
            missing = accepted - sink.taken.keys()
        if not missing and "The queue is empty." in server.cli("queue", "list").stdout:
            return
        time.sleep(0.2)
    shown = server.cli("queue", "list").stdout
    raise AssertionError(f"of {len(accepted)} accepted lost {len(missing)} {sample(missing)}; the queue:\n{shown[-2000:]}")


def test_sigkill_while_mail_goes_out(rounds):
    accepted, in_flight = set(), 0
    with Sink() as sink, Demonstration() as server:
        assert server.cli("route", "add", FAR, "127.0.0.1", "--port", str(sink.port)).returncode == 0
        for _ in range(rounds):
            with Senders(server, accepted) as senders:
                time.sleep(random.uniform(0.3, 1.5))
                with sink.lock:
                    # Held, so that none comes or goes between the count and the death.
                    in_flight += sink.open
                    server.kill()
                senders.over.set()
            server.start()
        drained(server, sink, accepted)
        doubled = sum(count - 1 for count in sink.taken.values())
        print(f"{rounds} deaths: {len(accepted)} accepted, 0 lost, {doubled} went twice, {in_flight} connections were open")
        assert doubled <= in_flight
        assert len(accepted) > 20 * rounds
