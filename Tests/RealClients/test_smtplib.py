"""Python's smtplib, and what a raw socket can do that it cannot."""

import smtplib
import socket

import letters
from demonstration import address
import pytest


def test_one_refused_recipient_does_not_harm_the_others(server):
    with server.smtp() as session:
        refused = session.sendmail("ann@example.org", [address("alice"), address("nobody"), address("bob")], letters.letter("smtplib many"))
    assert list(refused) == [address("nobody")] and refused[address("nobody")][0] == 550
    for name in ("alice", "bob"):
        server.wait_for(b"Subject: smtplib many", name)


@pytest.mark.parametrize("number", range(16))
def test_awkward_messages_come_as_they_were_sent(server, number):
    message = letters.awkward(number)
    marked = b"X-Case: smtplib-%d-\r\n" % number + message
    with server.smtp() as session:
        session.ehlo()
        session.sendmail("ann@example.org", [address("alice")], marked, mail_options=["BODY=8BITMIME"])
    stored = server.wait_for(b"X-Case: smtplib-%d-\r\n" % number)
    expected = marked if marked.endswith(b"\r\n") else marked + b"\r\n"  # DATA knows only whole lines
    assert stored.endswith(expected)


def test_many_messages_in_one_session(server):
    with server.smtp() as session:
        for number in range(50):
            session.sendmail("ann@example.org", [address("bob")], letters.letter(f"row {number} end"))
        session.rset()
        session.noop()
        assert session.vrfy(address("bob"))[0] == 252
    server.wait_for(b"Subject: row 49 end", "bob")
    messages = server.messages("bob")
    assert all(sum(f"Subject: row {n} end\r\n".encode() in m for m in messages) == 1 for n in range(50))


def test_utf8_addresses(server):
    with server.smtp() as session:
        session.ehlo()
        if not session.has_extn("smtputf8"):
            pytest.skip("SMTPUTF8 is not offered")
        session.sendmail("j\u00f6rg@example.org", [address("alice")], letters.letter("utf8 sender"), mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    assert "j\u00f6rg@example.org".encode() in server.wait_for(b"Subject: utf8 sender")


def test_the_null_sender(server):
    with server.smtp() as session:
        session.sendmail("", [address("alice")], letters.letter("null sender"))
    assert server.wait_for(b"Subject: null sender").startswith(b"Return-Path: <>\r\n")


def test_a_tag_reaches_the_person(demonstration):
    with demonstration.smtp() as session:
        session.sendmail("ann@example.org", ["alice+shop@postern.test", "BOB@POSTERN.TEST"], letters.letter("tagged"))
    for name in ("alice", "bob"):
        demonstration.wait_for(b"Subject: tagged", name)


def test_chunking(demonstration):
    with demonstration.smtp() as session:
        session.ehlo()
        assert session.has_extn("chunking")
        assert session.docmd("MAIL", "FROM:<ann@example.org> BODY=8BITMIME")[0] == 250
        assert session.docmd("RCPT", f"TO:<{address('alice')}>")[0] == 250
        head, tail = b"Subject: chunked\r\n\r\n.\r\n", b"..no dot is doubled\r\n"
        session.send(b"BDAT %d\r\n" % len(head) + head)
        assert session.getreply()[0] == 250
        session.send(b"BDAT %d LAST\r\n" % len(tail) + tail)
        assert session.getreply()[0] == 250
    assert demonstration.wait_for(b"Subject: chunked").endswith(head + tail)


def test_only_crlf_dot_crlf_ends_the_data(demonstration):
    """Neither a second message nor half a one comes out of a smuggled end."""
    for end in (b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r"):
        with demonstration.smtp() as session:
            session.ehlo()
            session.mail("ann@example.org")
            session.rcpt(address("carol"))
            assert session.docmd("DATA")[0] == 354
            session.send(b"Subject: smuggled\r\n\r\nfirst" + end + b"MAIL FROM:<x@example.org>\r\nRCPT TO:<carol@postern.test>\r\n\r\n.\r\n")
            assert session.getreply()[0] >= 500
    assert demonstration.messages("carol") == []


def test_who_talks_first_or_speaks_http_is_shown_the_door(demonstration):
    for opening in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", demonstration.smtp_port), timeout=10) as peer:
            assert peer.recv(100).startswith(b"220 ")
            peer.sendall(opening)
            heard = b""
            while piece := peer.recv(1000):
                heard += piece
            assert heard == b"" or heard[:1] in b"45"


def test_smtplib_understands_the_refusal_of_everybody(server):
    with server.smtp() as session, pytest.raises(smtplib.SMTPRecipientsRefused):
        session.sendmail("ann@example.org", [address("nobody")], letters.letter("never"))
