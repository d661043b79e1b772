"""Mail for a server without 8BITMIME: every message of the corpus that is sent there reads the same to Python's `email`. RFC 6152 §3"""

import email
import email.policy
import pathlib
import smtplib
import time

import pytest

from demonstration import PASSWORD, Demonstration, address
from plain_server import PlainServer

CORPUS = pathlib.Path(__file__).parent.parent / "MessageFormatTests" / "Corpus"
MADE = {
    "nested": b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe \r\n.dot\r\n--a\r\n"
    b"Content-Type: application/x-raw\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\xff\xfe\x80raw\r\n--a\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>\xc3\xa9" + b"x" * 2000 + b"\r\n--a--\r\n",
    "large": b"Content-Type: text/plain; charset=utf-8\r\nMIME-Version: 1.0\r\n\r\n" + ("Zeile für Zeile\r\n" * 60_000).encode(),
}


@pytest.fixture(scope="module")
def old():
    with PlainServer(offers=["SIZE 100000000"]) as server:
        yield server


@pytest.fixture(scope="module")
def sender(old):
    with Demonstration(settings={"relay.host": "127.0.0.1", "relay.port": old.port}) as running:
        yield running


def leaves(message):
    """What each part means, with its type; line ends as LF, and without the end of the last line."""
    for part in message.walk():
        if not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield part.get_content_type(), payload.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


@pytest.mark.parametrize("name", sorted(MADE) + sorted(path.stem for path in CORPUS.glob("*.eml")))
def test_it_reads_the_same(sender, old, name):
    octets = MADE.get(name) or (CORPUS / f"{name}.eml").read_bytes()
    octets = octets.replace(b"\r\n", b"\n").replace(b"\r", b"").replace(b"\n", b"\r\n")
    before = len(old.messages)
    with smtplib.SMTP("127.0.0.1", sender.submission_port, timeout=20) as client:
        client.login(address("alice"), PASSWORD)
        client.sendmail(address("alice"), ["x@far.test"], octets, mail_options=["BODY=8BITMIME"])
    deadline = time.monotonic() + 20
    bounced = False
    while len(old.messages) == before and not bounced and time.monotonic() < deadline:
        time.sleep(0.05)
        with sender.imap("alice") as client:
            client.select("INBOX")
            for number in client.search(None, "ALL")[1][0].split():
                assert b"Status: 5.6.3" in client.fetch(number, "(BODY[])")[1][0][1]
                client.store(number, "+FLAGS", r"(\Deleted)")
                bounced = True
            client.expunge()
    if bounced:
        # It could only be sent with harm: octets beyond ASCII in a header, or in what is encoded already.
        assert name not in MADE
        return
    [(mail, _, sent)] = old.messages[before:]
    assert sent.isascii() and "BODY" not in mail
    assert f"SIZE={len(sent)}" in mail
    if octets.isascii():
        return
    was = email.message_from_bytes(octets, policy=email.policy.compat32)
    now = email.message_from_bytes(sent, policy=email.policy.compat32)
    assert [type_ for type_, _ in leaves(now)] == [type_ for type_, _ in leaves(was)]
    assert list(leaves(now)) == list(leaves(was))
