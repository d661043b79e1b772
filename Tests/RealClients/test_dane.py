"""DANE for mail that goes out (RFC 7672): real signed zones, real TLS sinks on port 25, in a network of their own."""

import email
import email.policy
import smtplib
import ssl
import subprocess
import time

import pytest
from aiosmtpd.controller import Controller

from demonstration import PASSWORD, Demonstration, address
from signed_zones import NameServer, OldForwarder, OwnNetwork, tlsa

SAFE, CLEAR, OTHER_PORT = ("127.0.25.1", 25), ("127.0.25.2", 25), ("127.0.25.1", 2626)


class Sink:
    """Takes everything, and remembers to whom it went and whether TLS was there."""

    def __init__(self, place, context=None):
        self.taken = {}
        self.controller = Controller(self, hostname=place[0], port=place[1], tls_context=context)

    async def handle_DATA(self, server, session, envelope):
        for recipient in envelope.rcpt_tos:
            self.taken[recipient] = session.ssl is not None
        return "250 Taken"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


def openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def make_certificates(folder):
    """An authority of the host's own, a certificate of it for two names, and one that is nobody's."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    for name in ("authority", "stranger"):
        openssl(folder, "req", "-x509", *curve, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    openssl(folder, "req", *curve[:-2], "-keyout", "host.key", "-out", "host.csr", "-subj", "/CN=host")
    (folder / "names").write_text("subjectAltName = DNS:mx-ta.signed.lab, DNS:by-domain.signed.lab\n")
    openssl(folder, "x509", "-req", "-in", "host.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-days", "30",
            "-extfile", "names", "-out", "host.pem")
    (folder / "chain.pem").write_text((folder / "host.pem").read_text() + (folder / "authority.pem").read_text())


def zones(folder):
    host, authority, stranger = (folder / f"{name}.pem" for name in ("host", "authority", "stranger"))
    lines = []

    def exchanger(name, records, sink=SAFE, port=25):
        lines.extend([f"{name} MX 10 mx-{name}", f"mx-{name} A {sink[0]}"])
        lines.extend(f"_{port}._tcp.mx-{name} {record}" for record in records)

    exchanger("ee", [tlsa(host, 3, 1, 1)])
    exchanger("ee-whole", [tlsa(host, 3, 0, 0)])
    exchanger("ee-or-other", [tlsa(stranger, 3, 1, 1), tlsa(host, 3, 0, 2)])
    exchanger("ta", [tlsa(authority, 2, 0, 1)])
    exchanger("by-domain", [tlsa(authority, 2, 1, 1)])
    exchanger("no-name", [tlsa(authority, 2, 0, 1)])
    exchanger("wrong", [tlsa(stranger, 3, 1, 1)])
    exchanger("unusable", [tlsa(stranger, 1, 1, 1), "TLSA 3 1 1 abcd"])
    exchanger("unusable-clear", [tlsa(stranger, 1, 1, 1)], CLEAR)
    exchanger("stripped", [tlsa(host, 3, 1, 1)], CLEAR)
    exchanger("silent", [])
    exchanger("silent-clear", [], CLEAR)
    # The records' own name servers fail.
    exchanger("records-lost", [])
    lines.append("_tcp.mx-records-lost NS ns")
    # The exchanger is an alias, and the records stand where it leads.
    lines += ["alias MX 10 mx-alias", "mx-alias CNAME real.other.lab."]
    # The first exchanger is wrong, the second one right.
    lines += ["second MX 10 mx-wrong", "second MX 20 mx-ee"]
    lines += ["null MX 0 .", "relay A 127.0.25.1", f"_2626._tcp.relay {tlsa(host, 3, 1, 1)}"]
    real = ["real A 127.0.25.1", f"_25._tcp.real {tlsa(host, 3, 1, 1)}"]
    unsigned = ["@ MX 10 mx", "mx A 127.0.25.1", f"_25._tcp.mx {tlsa(stranger, 3, 1, 1)}"]
    forged = ["@ MX 10 mx", "mx A 127.0.25.9"]
    return {
        "signed.lab": (lines, "signed"), "other.lab": (real, "signed"), "unsigned.lab": (unsigned, "plain"), "forged.lab": (forged, "forged"),
        "broken.lab": ([], "broken"), "_tcp.mx-records-lost.signed.lab": ([], "broken"),
    }


class Lab:
    def __init__(self, sender, sinks, settings):
        self.sender = sender
        self.sinks = sinks
        self.settings = settings

    def send(self, domain, name="erin"):
        recipient = f"{name}@{domain}"
        with smtplib.SMTP("127.0.0.1", self.sender.submission_port, timeout=20) as client:
            client.login(address("alice"), PASSWORD)
            client.sendmail(address("alice"), [recipient], f"From: {address('alice')}\r\nSubject: to {domain}\r\n\r\ntext\r\n")
        return recipient

    def journal(self, recipient, event, seconds=20):
        """The one line about the recipient's try."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.sender.journal.read_text(errors="replace").splitlines():
                if f"event={event} " in line and f"recipient={recipient} " in line:
                    return line
            time.sleep(0.05)
        raise AssertionError(f"no {event} for {recipient}:\n{self.sender.journal_tail()}")

    def taken(self, recipient):
        """How it was taken: with TLS, in the clear, or not at all."""
        found = [sink.taken[recipient] for sink in self.sinks if recipient in sink.taken]
        assert len(found) <= 1
        return None if not found else "tls" if found[0] else "clear"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zones")
    make_certificates(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "chain.pem", folder / "host.key")
    with OwnNetwork(), NameServer(folder, zones(folder)) as names:
        settings = {
            "dns.servers": f"127.0.0.1@{names.PORT}", "dns.trust-anchor-file": str(names.anchor),
            "relay.port": 2626, "queue.max-connections-per-destination": 1,
        }
        with Sink(SAFE, context) as safe, Sink(CLEAR) as clear, Sink(OTHER_PORT, context) as other, Demonstration(settings=settings) as sender:
            yield Lab(sender, [safe, clear, other], settings)


@pytest.mark.parametrize("domain, verified, how", [
    ("ee.signed.lab", "dane-ee", "tls"), ("ee-whole.signed.lab", "dane-ee", "tls"), ("ee-or-other.signed.lab", "dane-ee", "tls"),
    ("ta.signed.lab", "dane-ta", "tls"), ("by-domain.signed.lab", "dane-ta", "tls"), ("alias.signed.lab", "dane-ee", "tls"),
    ("second.signed.lab", "dane-ee", "tls"), ("unusable.signed.lab", "none", "tls"), ("silent.signed.lab", "none", "tls"),
    ("silent-clear.signed.lab", "none", "clear"), ("unsigned.lab", "none", "tls"),
])
def test_mail_goes(lab, domain, verified, how):
    recipient = lab.send(domain)
    line = lab.journal(recipient, "message-sent")
    assert f" verified={verified}" in line, line
    if how == "tls":
        assert " tls=TLSv1.3 " in line and " cipher=TLS_AES_256_GCM_SHA384 " in line and " in-clear=" not in line, line
    else:
        assert " tls=none " in line and ' in-clear="The server does not offer STARTTLS" ' in line, line
    assert lab.taken(recipient) == how


@pytest.mark.parametrize("domain, status, words", [
    ("wrong.signed.lab", "4.7.5", "TLS failed (*); the destination publishes TLSA."),
    ("no-name.signed.lab", "4.7.5", "TLS failed (*ame mismatch*); the destination publishes TLSA."),
    ("stripped.signed.lab", "4.7.4", "The server does not offer STARTTLS; the destination publishes TLSA."),
    ("unusable-clear.signed.lab", "4.7.4", "The server does not offer STARTTLS; the destination publishes TLSA."),
    ("records-lost.signed.lab", "4.4.3", "The TLSA records of mx-records-lost.signed.lab could not be looked up: the name server failed"),
    ("forged.lab", "4.4.3", "The host mx.forged.lab could not be looked up: the answer is forged or wrongly signed (*)"),
    ("broken.lab", "4.4.3", "The mail exchanger of broken.lab could not be looked up: the name server failed"),
])
def test_mail_waits_and_says_why(lab, domain, status, words):
    recipient = lab.send(domain)
    line = lab.journal(recipient, "message-deferred", seconds=40)
    place = 0
    for part in words.split("*"):
        place = line.find(part, place)
        assert place >= 0, f"wanted {words}: {line}"
    assert f" status={status}" in line and " verified=none" in line, line
    assert lab.taken(recipient) is None
    # The journal has it before the queue does.
    deadline = time.monotonic() + 20
    while status not in (listed := lab.sender.cli("queue", "list", "--recipient", recipient)).stdout and time.monotonic() < deadline:
        time.sleep(0.05)
    assert status in listed.stdout and words.split("*")[0] in listed.stdout, listed.stdout + listed.stderr


@pytest.mark.parametrize("domain, status", [("null.signed.lab", "5.1.10"), ("nobody.signed.lab", "5.1.2")])
def test_mail_comes_back(lab, domain, status):
    recipient = lab.send(domain)
    report = email.message_from_bytes(lab.sender.wait_for(f"rfc822; {recipient}".encode()), policy=email.policy.default)
    assert f"Status: {status}" in report.as_string()


def test_a_route_and_the_relay_are_proved_too(lab):
    assert lab.sender.cli("route", "add", "routed.example", "relay.signed.lab", "--port", "2626").returncode == 0
    recipient = lab.send("routed.example")
    assert " verified=dane-ee" in lab.journal(recipient, "message-sent") and lab.taken(recipient) == "tls"
    assert lab.sender.cli("settings", "set", "relay.host", "relay.signed.lab").returncode == 0
    try:
        tried = lab.sender.cli("relay", "test")
        assert tried.returncode == 0 and "1 TLSA records of relay.signed.lab" in tried.stdout and "(dane-ee)" in tried.stdout, tried.stdout
    finally:
        lab.sender.cli("settings", "reset", "relay.host")


def test_without_the_setting_nothing_is_proved(lab):
    assert lab.sender.cli("settings", "set", "sending.dane", "off").returncode == 0
    try:
        recipient = lab.send("wrong.signed.lab")
        # The host was left alone after it had failed, and is tried again now.
        lab.sender.cli("queue", "retry", "--recipient", recipient)
        assert " verified=none" in lab.journal(recipient, "message-sent")
    finally:
        lab.sender.cli("settings", "reset", "sending.dane")


def dns(sender, seconds=20):
    """What the status says of the name servers' answers, once it is known."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        line = next(line for line in sender.cli("status").stdout.splitlines() if line.startswith("DNS:"))
        if "tried" not in line:
            return line.removeprefix("DNS:").strip()
        time.sleep(0.1)
    raise AssertionError("nobody knows whether answers can be validated")


def test_answers_are_validated_by_default(lab):
    assert dns(lab.sender) == "answers are validated"
    assert " event=dns-validation" in lab.sender.journal.read_text()


def test_name_servers_that_hold_signatures_back(lab):
    """Nothing is forged then, and nothing proved: mail goes as it would without validation."""
    settings = lab.settings | {"dns.servers": f"127.0.0.1@{OldForwarder.PORT}"}
    with OldForwarder(), Demonstration(settings=settings) as sender:
        old = Lab(sender, lab.sinks, settings)
        assert dns(sender).startswith("answers are not validated: the keys of ") and dns(sender).count("\n") == 0
        for domain in ("wrong.signed.lab", "forged.lab", "unsigned.lab"):
            assert " verified=none" in old.journal(old.send(domain, "frank"), "message-sent")
        assert sender.journal.read_text(errors="replace").count(" event=dns-validation") == 1


def test_signatures_that_are_held_back_all_of_a_sudden(lab):
    settings = lab.settings | {"dns.servers": f"127.0.0.1@{OldForwarder.PORT}"}
    with OldForwarder() as names:
        names.is_old = False
        with Demonstration(settings=settings) as sender:
            old = Lab(sender, lab.sinks, settings)
            assert dns(sender) == "answers are validated"
            assert " verified=dane-ee" in old.journal(old.send("ee.signed.lab", "grace"), "message-sent")
            time.sleep(1.5)
            names.is_old = True
            assert " verified=none" in old.journal(old.send("silent.signed.lab", "grace"), "message-sent")
            assert dns(sender).startswith("answers are not validated: ")


def test_validation_that_is_demanded(lab):
    """With `on`, what comes without signatures is refused, and the mail waits."""
    settings = lab.settings | {"dns.servers": f"127.0.0.1@{OldForwarder.PORT}", "dns.validate": "on"}
    with OldForwarder(), Demonstration(settings=settings) as sender:
        old = Lab(sender, lab.sinks, settings)
        assert dns(sender) == "answers are validated"
        assert " status=4.4.3" in old.journal(old.send("silent.signed.lab", "heidi"), "message-deferred")
