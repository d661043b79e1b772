"""Delivery status notifications, asked for by a client and read by Python's `email`. RFC 3461, RFC 3464"""

import email
import email.policy
import smtplib
import time

import pytest

from demonstration import PASSWORD, Demonstration, address
from plain_server import PlainServer


@pytest.fixture(scope="module")
def old():
    """A server that offers neither DSN nor anything else."""
    with PlainServer(offers=()) as server:
        yield server


@pytest.fixture(scope="module")
def sender(old):
    with Demonstration(settings={"relay.host": "127.0.0.1", "relay.port": old.port}) as running:
        assert running.cli("alias", "add", "all@postern.test", address("bob"), address("carol")).returncode == 0
        assert running.cli("alias", "add", "away@postern.test", "somebody@far.test").returncode == 0
        yield running


def send(server, recipient, subject, notify, mail=()):
    with smtplib.SMTP("127.0.0.1", server.submission_port, timeout=20) as client:
        client.login(address("alice"), PASSWORD)
        assert client.has_extn("dsn")
        client.sendmail(
            address("alice"), [recipient], f"From: {address('alice')}\r\nSubject: {subject}\r\n\r\ntext\r\n", mail_options=list(mail),
            rcpt_options=[f"NOTIFY={notify}", f"ORCPT=rfc822;first+2B{recipient}"])


def reports(server, seconds=20, wanted=1):
    """Those that alice has got, oldest first; each is taken away."""
    deadline = time.monotonic() + seconds
    while True:
        with server.imap("alice") as client:
            client.select("INBOX")
            numbers = client.search(None, "ALL")[1][0].split()
            if len(numbers) >= wanted or time.monotonic() > deadline:
                found = [client.fetch(number, "(BODY[])")[1][0][1] for number in numbers]
                for number in numbers:
                    client.store(number, "+FLAGS", r"(\Deleted)")
                client.expunge()
                return [email.message_from_bytes(octets, policy=email.policy.default) for octets in found]
        time.sleep(0.2)


def fields(report):
    """What the report says of the message, and of its recipients."""
    assert not report.defects and report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status" and report["Auto-Submitted"] == "auto-replied"
    text, status, returned = report.iter_parts()
    assert text.get_content_type() == "text/plain" and status.get_content_type() == "message/delivery-status"
    message, *recipients = status.get_payload()
    assert not message.defects and not any(recipient.defects for recipient in recipients)
    return message, recipients, returned


@pytest.mark.parametrize("recipient, action", [
    ("bob@postern.test", "delivered"), ("all@postern.test", "expanded"), ("x@far.test", "relayed"), ("away@postern.test", "relayed"),
])
def test_success_is_told(sender, recipient, action):
    send(sender, recipient, f"success {action}", "SUCCESS", ["ENVID=QQ+2B1", "RET=FULL"])
    [report] = reports(sender)
    message, [told], returned = fields(report)
    assert message["Original-Envelope-Id"] == "QQ+1" and message["Reporting-MTA"].startswith("dns; ")
    assert told["Action"] == action and told["Status"].startswith("2.")
    assert told["Original-Recipient"] == f"rfc822; first+{recipient}"
    assert told["Final-Recipient"] == f"rfc822; {'somebody@far.test' if recipient.startswith('away') else recipient}"
    # RET is about failures. RFC 3461 §4.3
    assert returned.get_content_type() == "text/rfc822-headers" and f"success {action}" in returned.get_content()


def test_nobody_is_told_who_did_not_ask(sender, old):
    before = len(old.messages)
    for recipient in ("bob@postern.test", "x@far.test", "all@postern.test"):
        send(sender, recipient, "silent", "NEVER")
        send(sender, recipient, "silent", "FAILURE,DELAY")
    sender.wait_until_sent()
    assert len(old.messages) == before + 2
    # The report of this one comes after all that could have come before.
    send(sender, "bob@postern.test", "last", "SUCCESS")
    assert len(reports(sender)) == 1


@pytest.mark.parametrize("ret, kind", [("FULL", "message/rfc822"), ("HDRS", "text/rfc822-headers")])
def test_failure_returns_what_was_asked_for(ret, kind):
    with PlainServer() as relay, Demonstration(settings={"relay.host": "127.0.0.1", "relay.port": relay.port}) as server:
        relay.offers = ["SIZE 10"]
        send(server, "x@far.test", "too large there", "FAILURE", [f"RET={ret}", "ENVID=1"])
        [report] = reports(server)
        message, [told], returned = fields(report)
        assert told["Action"] == "failed" and told["Status"] == "5.3.4" and message["Original-Envelope-Id"] == "1"
        assert returned.get_content_type() == kind


def test_wishes_go_on_to_a_server_that_offers_dsn():
    with PlainServer(offers=["DSN", "PIPELINING"]) as relay, Demonstration(settings={
        "relay.host": "127.0.0.1", "relay.port": relay.port
    }) as server:
        send(server, "x@far.test", "asked", "SUCCESS,DELAY", ["RET=HDRS", "ENVID=QQ+2B1"])
        send(server, "x@far.test", "never", "NEVER")
        server.wait_until_sent()
        # One may overtake the other on a connection of its own.
        asked_first = sorted(relay.messages, key=lambda message: b"Subject: never" in message[2])
        (mail, [recipient], _), (_, [silent], _) = asked_first
        assert mail.endswith(" RET=HDRS ENVID=QQ+2B1")
        assert recipient == "RCPT TO:<x@far.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;first+2Bx@far.test"
        assert silent.split()[2] == "NOTIFY=NEVER"
        assert reports(server, seconds=0, wanted=0) == []
