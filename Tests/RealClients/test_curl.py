"""curl's smtp:// and imap://."""

import subprocess

import letters
from demonstration import PASSWORD, address


def curl(*options, stdin=None):
    done = subprocess.run(["curl", "--silent", "--show-error", "--max-time", "20", *options], input=stdin, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def imap(server, path, *options, name="carol"):
    return curl(f"imap://127.0.0.1:{server.imap_port}/{path}", "--user", f"{address(name)}:{PASSWORD}", *options)


def test_send_and_read(server):
    message = letters.letter("curl one", b"one\r\n.two\r\n")
    curl(f"smtp://127.0.0.1:{server.smtp_port}/client.example", "--mail-from", "ann@example.org", "--mail-rcpt", address("carol"), "-T", "-", stdin=message)
    server.wait_for(b"Subject: curl one", "carol")
    assert imap(server, "INBOX;MAILINDEX=1").endswith(message)
    assert imap(server, "INBOX;MAILINDEX=1;SECTION=TEXT") == b"one\r\n.two\r\n"


def test_upload_list_flag_and_search(server, tmp_path):
    imap(server, "", "-X", "CREATE curlbox")
    for number in range(3):
        (tmp_path / "letter").write_bytes(letters.letter(f"upload {number}"))  # curl wants to know the size
        imap(server, "curlbox", "-T", str(tmp_path / "letter"))
    assert b"curlbox" in imap(server, "")
    imap(server, "curlbox", "-X", "STORE 2 +FLAGS (\\Flagged)")
    assert imap(server, "curlbox?FLAGGED").strip() == b"* SEARCH 2"
    assert imap(server, "curlbox?SUBJECT%20upload").strip() == b"* SEARCH 1 2 3"
    assert b"(MESSAGES 3)" in imap(server, "", "-X", "STATUS curlbox (MESSAGES)")


def test_plain_with_an_initial_response(server):
    output = imap(server, "INBOX", "-X", "NOOP", "--login-options", "AUTH=PLAIN", "--sasl-ir", "--verbose")
    assert b"BAD" not in output


def test_a_wrong_password_is_a_login_error(server):
    command = ["curl", "--silent", "--max-time", "20", f"imap://127.0.0.1:{server.imap_port}/INBOX", "--user", f"{address('carol')}:wrong"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 67
