"""mutt, as a person uses it: in a terminal (tmux), reading a message, deleting it, and answering by SMTP."""

import time

import letters
from demonstration import PASSWORD, address
import pytest
from terminal import Terminal


@pytest.fixture()
def mutt(server, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "An answer from mutt.\\n" >> "$1"\n')
    editor.chmod(0o755)
    (tmp_path / "muttrc").write_text(
        f"""set ssl_force_tls=no ssl_starttls=no
set folder=imap://127.0.0.1:{server.imap_port}/ spoolfile=+INBOX record=+Sent
set imap_user="{address('alice')}" imap_pass="{PASSWORD}"
set smtp_url=smtp://127.0.0.1:{server.smtp_port}/ from="{address('alice')}" hostname=client.example
set editor="{editor}" header_cache="" sleep_time=0 autoedit fast_reply reply_to=yes include=no delete=yes confirmappend=no confirmcreate=no copy=yes
set sort=date
set index_format="%4C %Z %s"
"""
    )
    with server.smtp() as session:
        session.sendmail("bob@postern.test", [address("alice")], letters.letter("for the screen", "Read me on a terminal: gr\u00fc\u00dfe.\r\n",
            b"Content-Type: text/plain; charset=utf-8\r\nMIME-Version: 1.0\r\nReply-To: bob@postern.test\r\n"))
        session.sendmail("bob@postern.test", [address("alice")], letters.letter("to be thrown away"))
    server.wait_for(b"to be thrown away")
    terminal = Terminal(tmp_path / "tmux", f"env LC_ALL=C.UTF-8 TERM=screen HOME={tmp_path} mutt -n -F {tmp_path}/muttrc; sleep 5")
    yield terminal
    terminal.end()


def test_read_answer_and_delete(server, mutt):
    mutt.wait_for("for the screen")
    shown = mutt.wait_for("to be thrown away")
    assert "for the screen" in shown
    mutt.type("1", "Enter")  # go to the first
    time.sleep(0.3)
    mutt.type("Enter")
    shown = mutt.wait_for("Read me on a terminal")
    assert "gr\u00fc\u00dfe" in shown and "for the screen" in shown

    mutt.type("r")  # answer; autoedit and fast_reply lead straight to the editor, then to the send menu
    mutt.wait_for("y:Send")
    mutt.type("y")
    answer = server.wait_for(b"An answer from mutt.", "bob")
    assert b"Subject: Re: for the screen" in answer
    mutt.wait_for("Mail sent.")
    server.wait_for(b"An answer from mutt.", "alice", "Sent")

    mutt.type("i")
    mutt.wait_for("to be thrown away")
    mutt.type("2", "Enter")
    time.sleep(0.3)
    mutt.type("d", "$")
    deadline = time.monotonic() + 20
    while any(b"to be thrown away" in message for message in server.messages()):
        assert time.monotonic() < deadline, mutt.screen()
        time.sleep(0.2)
    assert any(b"for the screen" in message for message in server.messages())
    mutt.type("q")
