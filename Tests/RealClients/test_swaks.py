"""swaks, the tester's SMTP client."""

import base64
import subprocess

from demonstration import Demonstration, address


def swaks(server, *options):
    command = ["swaks", "--server", f"127.0.0.1:{server.smtp_port}", "--helo", "client.example", "--timeout", "20", "--from", "ann@example.org"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_a_message_arrives_with_its_trace(server):
    code, dialogue = swaks(server, "--to", address("alice"), "--header", "Subject: swaks one", "--body", "first line\n.dotted\nlast")
    assert code == 0, dialogue
    message = server.wait_for(b"Subject: swaks one")
    assert message.startswith(b"Return-Path: <ann@example.org>\r\n")
    assert b"\r\n.dotted\r\nlast" in message
    received = message[message.index(b"Received:") :].split(b"\r\n")
    assert b"client.example" in received[0] and b"127.0.0.1" in b"".join(received[:3])


def test_pipelining_changes_nothing(server):
    code, dialogue = swaks(server, "--to", f"{address('alice')},{address('bob')}", "--pipeline", "--header", "Subject: swaks piped")
    assert code == 0, dialogue
    for name in ("alice", "bob"):
        server.wait_for(b"Subject: swaks piped", name)


def test_an_unknown_person_is_refused_at_rcpt(server):
    code, dialogue = swaks(server, "--to", address("nobody"))
    assert code == 24, dialogue  # swaks: no recipient was accepted
    assert "550 5.1.1" in dialogue


def test_nobody_relays(server):
    for recipient in ("x@example.org", "x%example.org@postern.test", "@postern.test:x@example.org", '"x@example.org"@postern.test'):
        code, dialogue = swaks(server, "--to", recipient, "--quit-after", "RCPT")
        assert code == 24, dialogue


def test_a_large_attachment_comes_whole(server, tmp_path):
    content = bytes(range(256)) * 20_000
    (tmp_path / "blob.bin").write_bytes(content)
    code, dialogue = swaks(server, "--to", address("bob"), "--header", "Subject: swaks large", "--attach", f"@{tmp_path}/blob.bin", "--suppress-data")
    assert code == 0, dialogue
    message = server.wait_for(b"Subject: swaks large", "bob")
    assert base64.b64encode(content) in message.replace(b"\r\n", b"")


def test_postmaster_is_always_there(demonstration):
    for recipient in ("postmaster", "postmaster@postern.test", "PostMaster@postern.test"):
        code, dialogue = swaks(demonstration, "--to", recipient, "--quit-after", "RCPT")
        assert code == 0, dialogue


def test_what_is_too_large_is_refused_before_the_data(tmp_path):
    (tmp_path / "big").write_bytes(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 600_000)
    with Demonstration(settings={"smtp.max-message-size": "1MiB"}) as small:
        code, dialogue = swaks(small, "--to", address("alice"), "--data", f"@{tmp_path}/big", "--suppress-data")
        assert code != 0 and "552 5.3.4" in dialogue, dialogue
        assert small.messages() == []
        with small.smtp() as session:
            session.ehlo()
            assert session.esmtp_features["size"] == str(1 << 20)
            assert session.docmd("MAIL", "FROM:<a@example.org> SIZE=99999999999")[0] == 552
