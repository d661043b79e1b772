"""Mail that goes out: one Postern hands it to another, which is its relay."""

import email
import email.policy
import smtplib
import time

import pytest

from demonstration import PASSWORD, Demonstration, address

FAR = "far.test"


@pytest.fixture(scope="module")
def relay():
    """It serves one more domain."""
    with Demonstration() as running:
        assert running.cli("domain", "add", FAR).returncode == 0
        assert running.cli("account", "add", f"erin@{FAR}", "--password-stdin", stdin=PASSWORD + "\n").returncode == 0
        yield running


def send(sender, subject, recipient=f"erin@{FAR}"):
    with smtplib.SMTP("127.0.0.1", sender.submission_port, timeout=20) as client:
        client.login(address("alice"), PASSWORD)
        client.sendmail(address("alice"), [recipient], f"From: Alice <{address('alice')}>\r\nSubject: {subject}\r\n\r\ntext\r\n")


def arrived(relay, subject, seconds=20):
    """The message as erin has it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        connection = relay.imap("alice")
        connection.logout()
        found = [octets for octets in messages(relay) if f"Subject: {subject}".encode() in octets]
        if found:
            return email.message_from_bytes(found[0], policy=email.policy.default)
        time.sleep(0.2)
    raise AssertionError(f"{subject} did not come within {seconds} s")


def messages(relay):
    import imaplib

    connection = imaplib.IMAP4("127.0.0.1", relay.imap_port, timeout=20)
    connection.login(f"erin@{FAR}", PASSWORD)
    try:
        _, answer = connection.select("INBOX", readonly=True)
        if answer == [b"0"]:
            return []
        return [part[1] for part in connection.fetch("1:*", "(BODY.PEEK[])")[1] if isinstance(part, tuple)]
    finally:
        connection.logout()


@pytest.mark.parametrize("name, port, settings, word", [
    ("offered", "smtp_port", {}, "ESMTPS"), ("first", "smtps_port", {"relay.smtps": "true", "relay.auth": "true"}, "ESMTPSA"),
    ("login", "submission_port", {"relay.auth": "true"}, "ESMTPSA"),
])
def test_mail_goes_to_the_relay_encrypted(relay, name, port, settings, word):
    wanted = {"relay.host": "127.0.0.1", "relay.port": getattr(relay, port), "relay.user": address("bob"), "relay.password": PASSWORD, **settings}
    # The relay takes mail from its user's own address only, as providers do (F27).
    if "relay.auth" in settings:
        wanted |= {"relay.change-sender": "true", "relay.sender": address("bob")}
    with Demonstration(settings=wanted) as sender:
        tried = sender.cli("relay", "test")
        assert tried.returncode == 0 and "TLSv1.3" in tried.stdout, tried.stdout + tried.stderr
        send(sender, f"relayed {name}")
        message = arrived(relay, f"relayed {name}")
        assert f"with {word} id" in message.get_all("Received")[0]
        if "relay.auth" in settings:
            assert message["From"].addresses[0].addr_spec == address("bob") and message["Reply-To"].addresses[0].addr_spec == address("alice")


def test_mail_goes_in_the_clear_where_tls_is_not_offered(relay):
    assert relay.cli("settings", "set", "encryption.mode", "off").returncode == 0
    try:
        with Demonstration(settings={"relay.host": "127.0.0.1", "relay.port": relay.smtp_port}) as sender:
            send(sender, "relayed in the clear")
            assert "with ESMTP id" in arrived(relay, "relayed in the clear").get_all("Received")[0]
    finally:
        relay.cli("settings", "reset", "encryption.mode")


def test_an_unknown_recipient_there_is_told_to_the_sender(relay):
    with Demonstration(settings={"relay.host": "127.0.0.1", "relay.port": relay.smtp_port}) as sender:
        send(sender, "to nobody", f"nobody@{FAR}")
        report = email.message_from_bytes(sender.wait_for(b"multipart/report"), policy=email.policy.default)
        assert report.get_content_type() == "multipart/report" and "550 5.1.1" in report.as_string()


def test_nobody_relays_without_logging_in(relay):
    with relay.smtp() as client:
        client.ehlo()
        client.mail("ann@example.org")
        assert client.rcpt("x@elsewhere.test")[0] == 550
