"""Logging in and handing in mail: swaks' mechanisms times encryption, and what becomes of a message on the way."""

import email
import email.policy
import re
import smtplib
import ssl
import subprocess

import pytest

from demonstration import PASSWORD, address

CRYPTO = {"plain": [], "starttls": ["--tls"], "implicit": ["--tls-on-connect"]}


def swaks(server, port, *options):
    command = ["swaks", "--server", f"127.0.0.1:{port}", "--helo", "client.example", "--timeout", "20"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def client(server):
    connection = smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, timeout=20, context=ssl._create_unverified_context())
    connection.login(address("alice"), PASSWORD)
    return connection


def parsed(octets):
    return email.message_from_bytes(octets, policy=email.policy.default)


@pytest.mark.parametrize("crypto", CRYPTO)
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("service", ["smtp", "submission", "smtps"])
def test_every_way_to_log_in(server, service, mechanism, crypto):
    if (service == "smtps") != (crypto == "implicit"):
        pytest.skip("one port has TLS first, the others have not")
    port = getattr(server, f"{service}_port")
    subject = f"{service} {mechanism} {crypto}"
    # An account that nobody has guessed at, which would be made to wait.
    account = address(f"{service}-{mechanism}-{crypto}".lower())
    assert server.cli("account", "add", account, "--password-stdin", stdin=PASSWORD + "\n").returncode == 0
    right = ["--auth", mechanism, "--auth-user", account, "--auth-password", PASSWORD]
    code, dialogue = swaks(server, port, *CRYPTO[crypto], *right, "--from", account, "--to", address("bob"), "--header", f"Subject: {subject}")
    assert code == 0, dialogue
    received = parsed(server.wait_for(subject.encode(), "bob"))["Received"]
    assert f"with {'ESMTPA' if crypto == 'plain' else 'ESMTPSA'} id" in received and ("tls TLS_" in received) == (crypto != "plain")
    wrong = ["--auth", mechanism, "--auth-user", account, "--auth-password", "guessed"]
    code, dialogue = swaks(server, port, *CRYPTO[crypto], *wrong, "--from", account, "--to", address("bob"))
    assert code == 28 and "535 5.7.8" in dialogue, dialogue  # swaks: log-in refused


@pytest.mark.parametrize("service", ["submission", "smtps"])
def test_nobody_hands_in_mail_without_logging_in(server, service):
    crypto = CRYPTO["implicit" if service == "smtps" else "starttls"]
    code, dialogue = swaks(server, getattr(server, f"{service}_port"), *crypto, "--from", address("alice"), "--to", address("bob"))
    assert code == 23 and "530 5.7.0" in dialogue, dialogue  # swaks: no sender was accepted


def test_the_sender_is_ones_own(server):
    assert server.cli("alias", "add", f"info@postern.test", address("alice")).returncode == 0
    with client(server) as connection:
        for sender, code in (("alice", 250), ("ALICE", 250), ("alice+lists", 250), ("info", 250), ("bob", 553), ("nobody", 553)):
            assert connection.mail(address(sender))[0] == code, sender
            connection.rset()
        assert connection.mail("alice@example.org")[0] == 553
        assert connection.mail("")[0] == 250


def test_a_message_is_completed_and_blind_copies_stay_blind(server):
    with client(server) as connection:
        connection.sendmail(address("alice"), [address("bob"), address("carol")], "From: alice@postern.test\r\nTo: bob@postern.test\r\nBcc: carol@postern.test,\r\n dave@example.org\r\nSubject: completed\r\n\r\nBcc: stays\r\n")
    for name in ("bob", "carol"):
        message = parsed(server.wait_for(b"Subject: completed", name))
        ours = re.search(r"\bby (\S+) with", message["Received"]).group(1)
        assert message["Bcc"] is None and message["Date"].datetime and message["Message-ID"].endswith(f"@{ours}>")
        assert message.get_content().strip() == "Bcc: stays"


def test_mail_from_elsewhere_is_left_as_it_is(server):
    with server.smtp() as connection:
        connection.sendmail("ann@example.org", [address("bob")], "Subject: untouched\r\nBcc: somebody@example.org\r\n\r\nx\r\n")
    message = parsed(server.wait_for(b"Subject: untouched", "bob"))
    assert message["Bcc"] == "somebody@example.org" and message["Date"] is None and message["Message-ID"] is None
