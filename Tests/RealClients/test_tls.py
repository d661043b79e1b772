"""TLS on every port, against OpenSSL's and GnuTLS's clients and Python's ssl."""

import contextlib
import re
import smtplib
import socket
import ssl
import subprocess
import time

import pytest

from demonstration import PASSWORD, Demonstration, address

# OpenSSL's name of the protocol for -starttls, and whether TLS comes first.
PORTS = {
    "smtp": ("smtp_port", "smtp"), "submission": ("submission_port", "smtp"), "smtps": ("smtps_port", None),
    "imap": ("imap_port", "imap"), "imaps": ("imaps_port", None), "pop3": ("pop3_port", "pop3"), "pop3s": ("pop3s_port", None),
}
GREETING = {"smtp": b"220 ", "submission": b"220 ", "smtps": b"220 ", "imap": b"* OK", "imaps": b"* OK", "pop3": b"+OK", "pop3s": b"+OK"}


def port(server, service):
    return getattr(server, PORTS[service][0])


def s_client(server, service, *options, say="", legacy=False):
    """What `openssl s_client` prints; its exit status is 0 when the handshake came about."""
    protocol = PORTS[service][1]
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port(server, service)}", "-ign_eof" if say else "-verify_quiet"]
    command += ["-starttls", protocol] if protocol else []
    command += ["-cipher", "ALL:@SECLEVEL=0"] if legacy else []
    done = subprocess.run([*command, *options], input=say, capture_output=True, text=True, timeout=30, errors="replace")
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def legacy():
    with Demonstration(settings={"tls.minimum-version": "1.0"}) as running:
        yield running


@pytest.mark.parametrize("service", PORTS)
def test_modern_versions_are_spoken_and_old_ones_are_not(server, service):
    for version in ("-tls1_2", "-tls1_3"):
        code, dialogue = s_client(server, service, version)
        assert code == 0 and "Cipher is (NONE)" not in dialogue, dialogue
    for version in ("-tls1", "-tls1_1"):
        code, dialogue = s_client(server, service, version, legacy=True)
        assert "Cipher is (NONE)" in dialogue, dialogue


@pytest.mark.parametrize("service", ["smtp", "smtps", "imap", "imaps", "pop3", "pop3s"])
def test_old_versions_are_spoken_when_they_are_wanted(legacy, service):
    for version, name in (("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1"), ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        code, dialogue = s_client(legacy, service, version, legacy=True)
        assert code == 0 and re.search(rf"(Protocol *: {re.escape(name)}|New, {re.escape(name)}, )", dialogue), dialogue


def test_the_least_version_and_the_dh_length_are_settings(server):
    def wants(key, value):
        done = server.cli("settings", "set", key, value)
        assert done.returncode == 0, done.stderr

    try:
        wants("tls.minimum-version", "1.3")
        assert "Cipher is (NONE)" in s_client(server, "smtps", "-tls1_2")[1]
        assert s_client(server, "smtps", "-tls1_3")[0] == 0
        wants("tls.minimum-version", "1.2")
        for bits in (1024, 2048, 3072, 4096):
            wants("tls.dh-bits", str(bits))
            code, dialogue = s_client(server, "imaps", "-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")
            assert code == 0 and f"Server Temp Key: DH, {bits} bits" in dialogue, dialogue
    finally:
        server.cli("settings", "reset", "tls.minimum-version")
        server.cli("settings", "reset", "tls.dh-bits")


def test_elliptic_curves_are_preferred_and_both_kinds_of_keys_are_there(server):
    for cipher, key in (("ECDHE-RSA-AES256-GCM-SHA384", "RSA"), ("ECDHE-ECDSA-AES256-GCM-SHA384", "ECDSA")):
        code, dialogue = s_client(server, "smtps", "-tls1_2", "-cipher", cipher)
        assert code == 0 and "Server Temp Key: X25519" in dialogue and f"Peer signature type: {key}" in dialogue, dialogue
    code, dialogue = s_client(server, "smtps", "-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384")
    assert "ECDHE-RSA" in dialogue, dialogue


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_sessions_are_resumed(server, version, tmp_path):
    session = tmp_path / "session"
    # The ticket of TLS 1.3 comes behind the handshake.
    code, dialogue = s_client(server, "imaps", version, "-sess_out", str(session), say="a LOGOUT\r\n")
    assert code == 0 and session.exists(), dialogue
    code, dialogue = s_client(server, "imaps", version, "-sess_in", str(session))
    assert code == 0 and "Reused, TLS" in dialogue, dialogue


def test_nobody_renegotiates(server):
    # s_client takes a line that is "R" for its order to renegotiate, and goes when its input ends.
    command = f"(sleep 1; printf 'R\\n'; sleep 2) | openssl s_client -tls1_2 -connect 127.0.0.1:{server.smtps_port}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30)
    assert "RENEGOTIATING" in done.stderr and "no renegotiation" in done.stderr, done.stdout + done.stderr


def test_the_application_protocol_is_checked(server):
    code, dialogue = s_client(server, "imaps", "-alpn", "imap")
    assert code == 0 and "ALPN protocol: imap" in dialogue
    code, dialogue = s_client(server, "imaps", "-alpn", "http/1.1")
    assert "no application protocol" in dialogue.lower(), dialogue
    code, dialogue = s_client(server, "pop3s", "-alpn", "h2,pop3")
    assert code == 0 and "ALPN protocol: pop3" in dialogue, dialogue


@pytest.mark.parametrize("service", ["smtps", "imaps", "pop3s", "smtp", "imap", "pop3"])
def test_gnutls_agrees_too(server, service):
    protocol = PORTS[service][1]
    command = ["gnutls-cli", "--insecure", "--port", str(port(server, service)), "127.0.0.1", "--no-ca-verification"]
    command += [f"--starttls-proto={protocol}"] if protocol else []
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=30)
    assert "Handshake was completed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("service, words, welcome", [
    ("smtp", b"EHLO client.example\r\nSTARTTLS\r\nMAIL FROM:<a@example.org>\r\n", None),
    ("smtp", b"EHLO client.example\r\n", b"STARTTLS\r\nNOOP\r\n"), ("imap", b"", b"a STARTTLS\r\nb NOOP\r\n"),
    ("pop3", b"", b"STLS\r\nNOOP\r\n"),
])
def test_what_comes_behind_starttls_in_the_clear_is_never_carried_out(server, service, words, welcome):
    """CVE-2011-0411: it could have been put there by somebody on the way."""
    with socket.create_connection(("127.0.0.1", port(server, service)), timeout=10) as peer:
        file = peer.makefile("rb")
        assert file.readline().startswith(GREETING[service])
        if words and welcome:
            peer.sendall(words)
            while file.readline()[3:4] == b"-":
                pass
        peer.sendall(welcome or words)
        answers = file.read()  # until the server has closed
        assert b"NOOP" not in answers.replace(b"STARTTLS", b"")
        assert not re.search(rb"^(250 2\.1\.0|250 2\.0\.0|b OK)", answers, re.M), answers


def test_closing_loses_no_words_and_says_goodbye(server):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.imaps_port), timeout=10) as plain:
            with context.wrap_socket(plain, suppress_ragged_eofs=False) as peer:
                peer.sendall(b"a LOGOUT\r\n")
                heard = b""
                while piece := peer.recv(4096):  # raises SSLEOFError when the end comes without close_notify
                    heard += piece
                assert heard.endswith(b"a OK You are logged out\r\n"), heard


def test_half_handshakes_hold_nobody_up(server):
    stalled = []
    try:
        for number in range(200):
            peer = socket.create_connection(("127.0.0.1", server.smtps_port if number % 2 else server.imaps_port), timeout=10)
            peer.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[: number % 12])
            stalled.append(peer)
        begin = time.monotonic()
        with smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, timeout=10, context=ssl._create_unverified_context()) as client:
            assert client.ehlo()[0] == 250
        assert time.monotonic() - begin < 5
    finally:
        for peer in stalled:
            peer.close()


def test_a_handshake_has_a_deadline():
    with Demonstration(settings={"tls.handshake-timeout": "1s"}) as running:
        with socket.create_connection(("127.0.0.1", running.imaps_port), timeout=10) as peer:
            assert peer.recv(1) == b""


@pytest.mark.parametrize("octets", [b"EHLO client.example\r\n", b"\x16\x03\x01\x00\x05hello", b"\x80\x2e\x01\x00\x02" + b"\0" * 43, b"\0" * 2000, b"\x17\x03\x03\xff\xff" + b"x" * 70000])
def test_nonsense_in_place_of_a_handshake_ends_the_connection(server, octets):
    with socket.create_connection(("127.0.0.1", server.smtps_port), timeout=10) as peer:
        try:
            peer.sendall(octets)
            while peer.recv(4096):
                pass
        except ConnectionError:
            pass
    assert s_client(server, "smtps")[0] == 0


def hello():
    """A client's first message."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    to_us = ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), to_us).do_handshake()
    return to_us.read()


def test_who_goes_on_or_leaves_while_the_server_signs(server):
    first = hello()
    for behind in (b"", b"\x17\x03\x03\x00\x02no", b"no record at all, and more of it than a header of one has octets"):
        for leaves in (True, False):
            peers = [socket.create_connection(("127.0.0.1", server.imaps_port), timeout=15) for _ in range(40)]
            for peer in peers:
                peer.sendall(first + behind[:1])
                peer.sendall(behind[1:])
                if leaves:
                    peer.close()
            for peer in peers if not leaves else ():
                assert peer.recv(1)  # the server's answer, or its alert
                if behind:
                    while peer.recv(65536):
                        pass
                peer.close()
    code, dialogue = s_client(server, "imaps", say="a LOGOUT\r\n")
    assert code == 0 and "BYE" in dialogue


def test_who_floods_while_the_server_signs_is_cut_off(server):
    first = hello()
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.imaps_port), timeout=15) as peer, contextlib.suppress(ConnectionError):
            peer.sendall(first + bytes(1 << 20))
            while peer.recv(65536):
                pass
    code, dialogue = s_client(server, "imaps", say="a LOGOUT\r\n")
    assert code == 0 and "BYE" in dialogue


def test_a_broken_off_message_is_not_taken(server):
    """TLS that ends without a goodbye in the middle of a message: it never came."""
    client = smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, timeout=10, context=ssl._create_unverified_context())
    client.login(address("alice"), PASSWORD)
    client.mail(address("alice"))
    client.rcpt(address("bob"))
    client.docmd("DATA")
    client.send(b"Subject: cut in the middle\r\n\r\nhalf a mess")
    client.sock.close()
    time.sleep(0.5)
    assert not any(b"cut in the middle" in message for message in server.messages("bob"))


def test_the_certificate_is_replaced_while_sessions_go_on(server, tmp_path):
    with smtplib.SMTP_SSL("127.0.0.1", server.smtps_port, timeout=10, context=ssl._create_unverified_context()) as client:
        before = client.sock.getpeercert(True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org,DNS:*.mail.example.org", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "chain.pem"],
            check=True, capture_output=True)
        done = server.cli("certificate", "import", "second", "--chain", str(tmp_path / "chain.pem"), "--key", str(tmp_path / "key.pem"))
        assert done.returncode == 0, done.stderr
        # By name, at once; nobody else notices.
        for host, is_second in (("mail.example.org", True), ("eu.mail.example.org", True), ("mail.postern.test", False)):
            code, dialogue = s_client(server, "smtps", "-servername", host)
            assert code == 0 and ("CN = mail.example.org" in dialogue) == is_second, dialogue
        assert server.cli("settings", "set", "mailbox.certificate", "second").returncode == 0
        assert "CN = mail.example.org" in s_client(server, "imaps")[1]
        assert "CN = mail.example.org" not in s_client(server, "smtps")[1]
        refused = server.cli("certificate", "remove", "second")
        assert refused.returncode == 1 and "mailbox.certificate" in refused.stderr, refused.stderr
        assert server.cli("settings", "reset", "mailbox.certificate").returncode == 0
        assert server.cli("certificate", "remove", "second").returncode == 0
        assert "CN = mail.example.org" not in s_client(server, "smtps", "-servername", "mail.example.org")[1]
        assert client.noop()[0] == 250 and client.sock.getpeercert(True) == before


def test_encryption_can_be_switched_off(server):
    try:
        assert server.cli("settings", "set", "encryption.mode", "off").returncode == 0
        with server.smtp() as client:
            client.ehlo()
            assert not client.has_extn("starttls") and client.docmd("STARTTLS")[0] == 502
            assert client.has_extn("auth")
        assert s_client(server, "smtps")[0] == 0  # implicit TLS has its own switch
    finally:
        server.cli("settings", "reset", "encryption.mode")


@pytest.mark.parametrize("service", ["submission", "smtps", "imap", "imaps", "pop3", "pop3s"])
def test_sslscan_finds_nothing_old(server, service):
    protocol = {"smtp": ["--starttls-smtp"], "imap": ["--starttls-imap"], "pop3": ["--starttls-pop3"], None: []}[PORTS[service][1]]
    scan = subprocess.run(["sslscan", "--no-colour", *protocol, f"127.0.0.1:{port(server, service)}"], capture_output=True, text=True, timeout=60).stdout
    for version, state in (("SSLv2", "disabled"), ("SSLv3", "disabled"), ("TLSv1.0", "disabled"), ("TLSv1.1", "disabled"), ("TLSv1.2", "enabled"), ("TLSv1.3", "enabled")):
        assert re.search(rf"^{re.escape(version)} +{state}", scan, re.M), scan
    assert "Session renegotiation not supported" in scan, scan
    offered = re.findall(r"^(?:Preferred|Accepted) +(\S+) +(\d+) bits +(\S+)", scan, re.M)
    assert offered and all(int(bits) >= 128 and re.search("GCM|CHACHA20", cipher) for _, bits, cipher in offered), scan
