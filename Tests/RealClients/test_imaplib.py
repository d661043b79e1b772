"""Python's imaplib."""

import imaplib
import time

import letters
from demonstration import PASSWORD, address
import pytest


@pytest.fixture()
def box(server):
    """A session with a mailbox of its own, selected."""
    name = f"box{time.monotonic_ns()}"
    session = server.imap("alice")
    assert session.create(name)[0] == "OK"
    session.box = name
    assert session.select(name)[0] == "OK"
    yield session
    if session.state == "SELECTED":
        session.close()
    session.delete(name)
    session.logout()


def bodies(answer):
    return [part[1] for part in answer if isinstance(part, tuple)]


def test_a_wrong_password(server):
    session = imaplib.IMAP4("127.0.0.1", server.imap_port, timeout=20)
    with pytest.raises(imaplib.IMAP4.error):
        session.login(address("alice"), "wrong")
    session.login(address("alice"), PASSWORD)
    session.logout()


def test_awkward_messages_come_back_byte_by_byte(box):
    sent = [letters.awkward(number) for number in range(48)]
    for message in sent:
        assert box.append(box.box, None, None, message)[0] == "OK"
    assert box.noop()[0] == "OK"
    status, answer = box.fetch("1:*", "(UID RFC822.SIZE BODYSTRUCTURE ENVELOPE BODY.PEEK[])")
    assert status == "OK" and bodies(answer) == sent
    for number, message in enumerate(sent, start=1):
        status, answer = box.fetch(str(number), "(BODY.PEEK[HEADER] BODY.PEEK[TEXT])")
        assert b"".join(bodies(answer)) == message
        assert bodies(box.fetch(str(number), "(BODY.PEEK[]<7.40>)")[1]) == [message[7:47]]


def test_flags_dates_and_keywords(box):
    box.append(box.box, "(\\Flagged $Work)", '" 1-Feb-2020 03:04:05 +0100"', letters.letter("dated", headers=b"Date: Sat, 1 Jan 2000 12:00:00 +0000\r\n"))
    assert box.noop()[0] == "OK"
    answer = box.fetch("1", "(FLAGS INTERNALDATE)")[1][0]
    assert b"\\Flagged" in answer and b"$Work" in answer and imaplib.Internaldate2tuple(answer) is not None
    assert b"2020" in answer
    assert b"\\Seen" in box.store("1", "+FLAGS", "(\\Seen)")[1][0]
    assert b"\\Flagged" not in box.store("1", "FLAGS", "(\\Answered)")[1][0]
    assert box.search(None, "KEYWORD", "$Work")[1] == [b""]
    assert box.search(None, "SENTBEFORE", "1-Jan-2000")[1] == [b""]
    assert box.search(None, "SENTON", "1-Jan-2000")[1] == [b"1"]
    assert box.search(None, "BEFORE", "1-Jan-2021", "ANSWERED")[1] == [b"1"]


def test_search_in_headers_and_bodies(box):
    for number in range(16):
        box.append(box.box, None, None, letters.awkward(number))
    box.noop()
    assert box.search(None, "SUBJECT", '"letter 3"')[1] == [b"4"]
    assert box.search(None, "BODY", '"no line end"')[1] == [b"3"]
    box.literal = "\u263a".encode()
    assert box.search("UTF-8", "TEXT")[1] == [b"5"]
    assert box.search(None, "OR", "BODY", "never", "SUBJECT", '"letter 9"')[1] == [b"10 13"]
    assert box.search(None, "LARGER", "50000")[1] == [b"16"]
    assert box.uid("SEARCH", "2:4", "NOT", "SUBJECT", '"letter 2"')[1] == [b"2 4"]


def test_copy_move_and_expunge(box):
    for number in range(6):
        box.append(box.box, None, None, letters.awkward(number))
    box.noop()
    other = box.box + "-other"
    status, answer = box.copy("1", other)
    assert status == "NO" and b"[TRYCREATE]" in answer[0]
    box.create(other)
    assert box.copy("1:2", other)[0] == "OK"
    assert box.uid("MOVE", "3", other)[0] == "OK"
    assert box.store("1", "+FLAGS.SILENT", "\\Deleted")[0] == "OK"
    assert box.expunge()[0] == "OK"
    assert box.search(None, "ALL")[1] == [b"1 2 3 4"]
    assert box.status(other, "(MESSAGES)")[1][0].endswith(b"(MESSAGES 3)")
    box.delete(other)


def test_two_sessions_see_each_other(server, box):
    other = server.imap("alice")
    other.select(box.box)
    box.append(box.box, None, None, letters.letter("seen by both"))
    other.noop()
    assert other.search(None, "ALL")[1] == [b"1"]
    box.noop()
    box.store("1", "+FLAGS", "(\\Deleted)")
    box.expunge()
    other.noop()
    assert other.search(None, "ALL")[1] == [b""]
    other.logout()


def test_names_of_mailboxes(server):
    session = server.imap("bob")
    for name in ('"with blank"', '"quo\\"te"', "deep/er/still", "Entw&APw-rfe"):
        assert session.create(name)[0] == "OK"
        assert session.select(name)[0] == "OK"
        assert session.close()[0] == "OK"
        assert session.subscribe(name)[0] == "OK"
    assert session.rename("deep/er", "shallow")[0] == "OK"
    listed = b" ".join(part if isinstance(part, bytes) else b"".join(part) for part in session.list('""', "*")[1])
    assert b"shallow/still" in listed and b"deep/er" not in listed and b"Entw&APw-rfe" in listed
    assert session.create("INBOX")[0] == "NO"
    session.logout()


def test_standard_folders_are_there(demonstration):
    session = demonstration.imap("carol")
    listed = b" ".join(session.list('""', "*")[1])
    for name in (b"Drafts", b"Sent", b"Junk", b"Trash", b"Archive"):
        assert name in listed and b"\\" + name in listed
    session.logout()
