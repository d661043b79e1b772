"""Postfix's smtp-sink misbehaves at every command: what is tried again, what comes back, what goes through."""

import contextlib
import json
import smtplib
import socket
import socketserver
import threading
import time

from demonstration import PASSWORD, Demonstration, address
from peers import Sink

SOFT, HARD, DROP, AWAY = "-r", "-f", "-q", "-Q"
COMMANDS = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"]
# What is left of the recipient behind such a server: who refuses to speak at all may speak in another hour.
LEFT = {
    **{(option, command): "deferred" for option in (SOFT, DROP, AWAY) for command in COMMANDS[:-1]},
    (HARD, "CONNECT"): "deferred", (HARD, "EHLO"): "delivered",  # by HELO
    **{(HARD, command): "bounced" for command in ("MAIL", "RCPT", "DATA", ".")},
    **{(option, "QUIT"): "delivered" for option in (SOFT, HARD, DROP, AWAY)},
}
# smtp-sink cannot drop a connection by a word that it never waits for.
LEFT = {case: left for case, left in LEFT.items() if case not in {(DROP, "CONNECT"), (AWAY, "CONNECT")}}


def domain(option, command):
    return f"{'dot' if command == '.' else command.lower()}{'rfqQ'.index(option[1])}.test"


def rows(server):
    """The rows of the queue by domain."""
    answer = json.loads(server.cli("queue", "list", "--json", "--limit", "200").stdout)
    return {row["recipient"].partition("@")[2]: row for row in answer["rows"]}


def underway(found):
    return any(row["state"] in ("queued", "leased") for row in found.values())


def told_of(messages):
    """The cases whose recipients are in a report of theirs."""
    reports = [message.split(b"message/delivery-status")[1] for message in messages if b"multipart/report" in message]
    return {case for case in LEFT if any(f"u@{domain(*case)}".encode() in report for report in reports)}


def test_every_command_refused_in_every_way():
    with contextlib.ExitStack() as stack:
        sinks = {case: stack.enter_context(Sink(case[0], case[1])) for case in LEFT}
        server = stack.enter_context(Demonstration())
        for case, sink in sinks.items():
            assert server.cli("route", "add", domain(*case), "127.0.0.1", "--port", str(sink.port)).returncode == 0
        with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
            client.login(address("alice"), PASSWORD)
            recipients = [f"u@{domain(*case)}" for case in LEFT]
            client.sendmail(address("alice"), recipients, "Subject: to everybody\r\n\r\ntext\r\n")
        deadline = time.monotonic() + 30
        while underway(found := rows(server)) and time.monotonic() < deadline:
            time.sleep(0.2)
        states = {case: found[domain(*case)]["state"] for case in LEFT}
        assert states == LEFT, {case: found[domain(*case)] for case in LEFT if states[case] != LEFT[case]}
        # Each that is over has its words with the sender, and who has it has it once.
        bounced = {case for case, left in LEFT.items() if left == "bounced"}
        while (told := told_of(server.messages("alice"))) != bounced and time.monotonic() < deadline:
            time.sleep(0.2)
        assert told == bounced
        for case, left in LEFT.items():
            copies = [file for file in sinks[case].files() if b"to everybody" in file.read_bytes()]
            assert len(copies) == (1 if left == "delivered" else 0) or case[1] == ".", (case, copies)


def test_who_offers_little():
    """No pipelining, no 8BITMIME, no ESMTP at all: the mail still goes, under the name that we are to have (F38)."""
    with Demonstration(settings={"smtp.helo-name": "gateway.postern.test"}) as server:
        for number, options in enumerate([("-p",), ("-8", "-p"), ("-e",)]):
            with Sink(*options) as sink:
                assert server.cli("route", "add", f"plain{number}.test", "127.0.0.1", "--port", str(sink.port)).returncode == 0
                with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
                    client.login(address("alice"), PASSWORD)
                    client.sendmail(address("alice"), [f"u@plain{number}.test"], f"Subject: plain {number}\r\n\r\n.dots\r\n..\r\n")
                message, octets = sink.received(f"Subject: plain {number}".encode())
                assert b"\n.dots\n..\n" in octets.replace(b"\r\n", b"\n")
                assert message["X-Helo-Args"] == "gateway.postern.test"


class Broken(socketserver.StreamRequestHandler):
    """Offers STARTTLS and cannot do it; takes mail all the same."""

    def handle(self):
        self.wfile.write(b"220 broken.test\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"EHLO":
                self.wfile.write(b"250-broken.test\r\n250 STARTTLS\r\n")
            elif word == b"STAR":
                self.wfile.write(b"220 go on\r\n")
                self.rfile.read1()
                self.wfile.write(b"this is no TLS\r\n")
                return
            elif word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"250 ok\r\n")


def test_the_journal_says_why_mail_goes_in_the_clear():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Broken) as broken, Demonstration() as server:
        broken.daemon_threads = True
        threading.Thread(target=broken.serve_forever, daemon=True).start()
        assert server.cli("route", "add", "broken.test", "127.0.0.1", "--port", str(broken.server_address[1])).returncode == 0
        with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
            client.login(address("alice"), PASSWORD)
            client.sendmail(address("alice"), ["u@broken.test"], "Subject: in the clear\r\n\r\ntext\r\n")
        deadline = time.monotonic() + 20
        lines = []
        while not lines and time.monotonic() < deadline:
            time.sleep(0.1)
            lines = [line for line in server.journal.read_text(errors="replace").splitlines() if " event=message-sent " in line]
        assert len(lines) == 1 and " tls=none " in lines[0] and ' in-clear="TLS failed (' in lines[0], lines
        broken.shutdown()


def dials(port, seconds=20):
    """Whether somebody waits for a connection to the port: the kernel has a socket whose SYN is out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        sockets = [line.split() for line in open("/proc/net/tcp")]
        if any(fields[2].endswith(f":{port:04X}") and fields[3] == "02" for fields in sockets):
            return True
        time.sleep(0.05)
    return False


def test_silent_servers_do_not_hold_a_stop_up():
    """One does not even take connections, one says nothing, one takes a message and says no word about it."""

    class Mute(Broken):
        def handle(self):
            connected.set()
            self.rfile.read()

    class Undecided(Broken):
        def handle(self):
            self.wfile.write(b"220 undecided.test\r\n")
            for line in self.rfile:
                self.wfile.write(b"354 go\r\n" if line[:4].upper() == b"DATA" else b"250 ok\r\n")
                if line[:4].upper() == b"DATA":
                    while self.rfile.readline() not in (b".\r\n", b""):
                        pass
                    taken.set()
                    self.rfile.read()

    taken, connected = threading.Event(), threading.Event()
    with contextlib.ExitStack() as stack:
        ports = {}
        for name, handler in (("mute", Mute), ("undecided", Undecided)):
            other = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler))
            other.daemon_threads = True
            threading.Thread(target=other.serve_forever, daemon=True).start()
            stack.callback(other.shutdown)
            ports[name] = other.server_address[1]
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        stack.enter_context(socket.create_connection(deaf.getsockname()))
        ports["deaf"] = deaf.getsockname()[1]
        server = stack.enter_context(Demonstration())
        for name, port in ports.items():
            assert server.cli("route", "add", f"{name}.test", "127.0.0.1", "--port", str(port)).returncode == 0
        with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
            client.login(address("alice"), PASSWORD)
            client.sendmail(address("alice"), [f"u@{name}.test" for name in ports], "Subject: hi\r\n\r\ntext\r\n")
        # Each worker waits for what will not come.
        assert taken.wait(20) and connected.wait(20) and dials(ports["deaf"])
        began = time.monotonic()
        assert server.stop() == 0
        took = time.monotonic() - began
        assert took < 2, f"the stop took {took:.1f} s"
        # Nothing that was tried came to an end: all of it goes on.
        server.start()
        assert {row["state"] for row in rows(server).values()} <= {"queued", "leased"} and len(rows(server)) == len(ports)
