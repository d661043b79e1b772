"""Python's poplib: in the clear, behind STLS and behind TLS."""

import imaplib
import poplib
import ssl

import pytest

from demonstration import PASSWORD, address

LINES = [b"Subject: poplib", b"", b".", b"..two", b"three."]


def trusting():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def opened(server, way):
    if way == "implicit":
        session = poplib.POP3_SSL("127.0.0.1", server.pop3s_port, timeout=20, context=trusting())
    else:
        session = poplib.POP3("127.0.0.1", server.pop3_port, timeout=20)
        if way == "stls":
            session.stls(trusting())
    session.user(address("bob"))
    session.pass_(PASSWORD)
    return session


def refill(server, count):
    imap = server.imap("bob")
    if imap.select("INBOX")[1] != [b"0"]:
        imap.store("1:*", "+FLAGS.SILENT", "(\\Deleted)")
        imap.expunge()
    for _ in range(count):
        imap.append("INBOX", None, imaplib.Time2Internaldate(0), b"\r\n".join(LINES) + b"\r\n")
    imap.logout()


@pytest.mark.parametrize("way", ["clear", "stls", "implicit"])
def test_a_session(server, way):
    refill(server, 3)
    session = opened(server, way)
    size = len(b"\r\n".join(LINES) + b"\r\n")
    assert session.stat() == (3, 3 * size)
    assert session.list()[1] == [b"%d %d" % (number, size) for number in (1, 2, 3)]
    assert {"TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"} <= set(session.capa())
    assert "STLS" not in session.capa()
    names = session.uidl()[1]
    assert len(set(line.split()[1] for line in names)) == 3
    answer, lines, _ = session.retr(2)
    assert answer.startswith(b"+OK") and lines == LINES
    assert session.top(2, 1)[1] == LINES[:3]
    session.dele(2)
    with pytest.raises(poplib.error_proto, match="deleted"):
        session.retr(2)
    session.quit()
    session = opened(server, way)
    assert [line.split()[1] for line in session.uidl()[1]] == [names[0].split()[1], names[2].split()[1]]
    session.quit()


def test_a_second_session_is_told_to_wait(server):
    first = opened(server, "clear")
    with pytest.raises(poplib.error_proto, match=r"\[IN-USE\]"):
        opened(server, "clear")
    first.quit()
    opened(server, "clear").quit()


def test_a_wrong_password(server):
    session = poplib.POP3("127.0.0.1", server.pop3_port, timeout=20)
    session.user(address("bob"))
    with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
        session.pass_("wrong")
    session.close()
