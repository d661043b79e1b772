"""Mail that goes out to other people's servers: Debian's Postfix and Exim, as a domain's own server and as the default relay."""

import smtplib

import pytest

from demonstration import PASSWORD, Demonstration, address
from peers import SECRET, USER, Exim, Postfix

FAR = "erin@far.test"


@pytest.fixture(scope="module")
def postfix():
    with Postfix() as running:
        yield running


@pytest.fixture(scope="module")
def exim():
    with Exim() as running:
        yield running


def submit(server, subject, recipients=(FAR,), body="text\r\n", headers=""):
    with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
        client.login(address("alice"), PASSWORD)
        text = f"From: Alice <{address('alice')}>\r\nSubject: {subject}\r\n{headers}\r\n{body}"
        client.sendmail(address("alice"), list(recipients), text)


@pytest.fixture(scope="module")
def sender():
    with Demonstration(settings={"smtp.helo-name": "gateway.postern.test"}) as running:
        yield running


def settings(server, wanted):
    for key, value in wanted.items():
        done = server.cli("settings", "set", key, str(value))
        assert done.returncode == 0, done.stderr


LONG = "".join(f"{'.' * (n % 3)}line {n} {'x' * (n % 200)}\r\n" for n in range(3000))


@pytest.mark.parametrize("name", ["postfix", "exim"])
def test_a_domain_has_its_own_server(sender, name, request):
    """STARTTLS because it is offered, our name in EHLO (F38), and every octet of a long body with its dots."""
    peer = request.getfixturevalue(name)
    assert sender.cli("route", "add", "far.test", "127.0.0.1", "--port", str(peer.port)).returncode == 0
    submit(sender, f"direct {name}", body=LONG)
    message, octets = peer.received(f"Subject: direct {name}".encode())
    trace = " ".join(message.get_all("Received")[0].split())
    assert "gateway.postern.test" in trace and "ESMTPS" in trace.upper(), trace
    assert octets.replace(b"\r\n", b"\n").endswith(LONG.replace("\r\n", "\n").encode())


@pytest.mark.parametrize("name", ["postfix", "exim"])
def test_an_unknown_recipient_comes_back(sender, name, request):
    peer = request.getfixturevalue(name)
    assert sender.cli("route", "add", "far.test", "127.0.0.1", "--port", str(peer.port)).returncode == 0
    submit(sender, f"half of it {name}", recipients=(FAR, "nobody@far.test"))
    peer.received(f"Subject: half of it {name}".encode())
    report = sender.wait_for(f"half of it {name}".encode())
    assert b"Final-Recipient: rfc822; nobody@far.test" in report and b"Diagnostic-Code: smtp; 550 5.1.1" in report
    assert b"erin@far.test" not in report.split(b"message/delivery-status")[1].split(b"\r\n--")[0]


@pytest.mark.parametrize("name, port, smtps", [
    ("postfix", "port", False), ("postfix", "tls_port", True), ("exim", "port", False), ("exim", "tls_port", True),
])
def test_it_is_the_default_relay(sender, name, port, smtps, request):
    peer = request.getfixturevalue(name)
    sender.cli("route", "remove", "far.test")
    settings(sender, {
        "relay.host": "127.0.0.1", "relay.port": getattr(peer, port), "relay.smtps": str(smtps).lower(), "relay.auth": "false",
        "relay.change-sender": "false"})
    tried = sender.cli("relay", "test")
    assert tried.returncode == 0 and "TLS" in tried.stdout, tried.stdout + tried.stderr
    submit(sender, f"relay {name} {port}")
    message, _ = peer.received(f"Subject: relay {name} {port}".encode())
    assert "ESMTPS" in " ".join(message.get_all("Received")[0].split()).upper()


def test_a_relay_that_demands_its_users_own_address(sender, exim):
    """Exim takes mail of the logged-in user only, in the envelope and in From: with F27 it goes, and replies go to the author."""
    sender.cli("route", "remove", "far.test")
    relay = {
        "relay.host": "127.0.0.1", "relay.port": exim.submission_port, "relay.smtps": "false", "relay.auth": "true", "relay.user": USER,
        "relay.password": SECRET, "relay.change-sender": "false"}
    settings(sender, relay)
    submit(sender, "as alice")
    report = sender.wait_for(b"as alice")
    assert b"not owned by user" in report
    settings(sender, {"relay.sender": USER, "relay.change-sender": "true"})
    submit(sender, "as the user")
    message, octets = exim.received(b"Subject: as the user")
    assert message["From"].addresses[0].addr_spec == USER and message["Reply-To"].addresses[0].addr_spec == address("alice")
    assert f"envelope-from <{USER}>".encode() in octets or f"Return-path: <{USER}>".encode() in octets
    # A password that is wrong is told step by step.
    settings(sender, {"relay.password": "wrong"})
    tried = sender.cli("relay", "test")
    assert tried.returncode != 0 and "535" in tried.stdout + tried.stderr, tried.stdout + tried.stderr


def test_a_subject_is_recoded(sender, exim):
    """F47: raw octets and other charsets become encoded words in UTF-8, on the wire only."""
    assert sender.cli("route", "add", "far.test", "127.0.0.1", "--port", str(exim.port)).returncode == 0
    settings(sender, {"sending.recode-subject": "true"})
    try:
        submit(sender, "=?iso-8859-1?Q?Gr=FC=DFe_an_alle?=", recipients=(FAR, address("bob")), headers="X-Mark: recoded\r\n")
        message, octets = exim.received(b"X-Mark: recoded")
        assert message["Subject"] == "Grüße an alle"
        assert b"Subject: =?utf-8?" in octets.replace(b"UTF-8", b"utf-8") and b"iso-8859-1" not in octets
        assert b"iso-8859-1" in sender.wait_for(b"X-Mark: recoded", "bob")
    finally:
        settings(sender, {"sending.recode-subject": "false"})


def test_smtputf8_where_it_is_not_offered(sender, postfix):
    """F48: the message needs it, the server has not got it: 5.6.7, at once."""
    assert sender.cli("route", "add", "far.test", "127.0.0.1", "--port", str(postfix.port)).returncode == 0
    with smtplib.SMTP("127.0.0.1", sender.submission_port, timeout=20) as client:
        client.login(address("alice"), PASSWORD)
        text = "Subject: international ä\r\n\r\ntext\r\n".encode()
        client.sendmail(address("alice"), ["jörg@far.test"], text, mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    report = sender.wait_for(b"international")
    assert b"5.6.7" in report and "jörg@far.test".encode() in report
