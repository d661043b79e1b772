"""/usr/sbin/sendmail as cron, PHP, mailx and other programs of this machine use it, against a daemon that runs or does not."""

import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import threading
import time

import pytest

from demonstration import DOMAIN, PROJECT, Demonstration, address


@pytest.fixture(scope="module")
def server():
    with Demonstration() as running:
        yield running


@pytest.fixture(scope="module")
def program():
    folder = os.environ.get("POSTERN_BIN") or subprocess.check_output([PROJECT / "packaging/build.sh"], text=True).strip()
    return f"{folder}/postern-sendmail"


@pytest.fixture()
def sendmail(server, program):
    """Runs it with a command line and an input; asserts that it ends as it should."""

    def run(*words, text=b"", code=0, drop=None, **options):
        environment = {**os.environ, "POSTERN_DROP": str(drop or server.state / "drop")}
        done = subprocess.run([program, *words], input=text, capture_output=True, env=environment, timeout=20, **options)
        assert done.returncode == code, done.stderr
        return done

    return run


def test_cron(server, sendmail):
    """Debian's cron: vixie style, to the account's own name, without Date or Message-ID."""
    text = (
        "From: root (Cron Daemon)\nTo: alice\nSubject: Cron <root@gw> run-parts\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>\n\nfertig: ü\n.\nafter the dot\n"
    ).encode()
    sendmail("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "alice", text=text)
    message = server.wait_for(b"after the dot")
    head, _, body = message.partition(b"\r\n\r\n")
    assert body == "fertig: ü\r\n.\r\nafter the dot\r\n".encode()
    assert b"\r\nFrom: root (Cron Daemon)\r\n" in head and head.count(b"From: ") == 1
    assert b"\r\nDate: " in head and b"\r\nMessage-ID: <" in head
    assert f"(Postern, from userid {os.getuid()})".encode() in head
    assert head.startswith(f"Return-Path: <{pwd.getpwuid(os.getuid()).pw_name}@".encode())


def test_php_mail(server, sendmail):
    """mail($to, $subject, $message, $headers) with PHP's default sendmail_path and an envelope sender."""
    text = (
        f"To: {address('alice')}, bob\nSubject: Your order\nX-PHP-Originating-Script: 33:shop.php\nFrom: shop@{DOMAIN}\n"
        f"Bcc: {address('carol')}\n\nThank you.\nphp-1\n"
    ).encode()
    sendmail("-t", "-i", f"-fbounce@{DOMAIN}", text=text)
    for name in ("alice", "bob", "carol"):
        message = server.wait_for(b"php-1", name)
        assert b"Bcc" not in message
        assert message.startswith(f"Return-Path: <bounce@{DOMAIN}>".encode())


def test_bare_text_ends_at_the_dot(server, sendmail):
    sendmail("-F", "Jürgen", "bob", text=b"no header here\nbare-text\n.\nnever sent\n")
    message = server.wait_for(b"bare-text", "bob")
    head, _, body = message.partition(b"\r\n\r\n")
    assert body == b"no header here\r\nbare-text\r\n"
    assert b"\r\nFrom: =?UTF-8?Q?J=C3=BCrgen?=\r\n <" in head


def test_a_letter_of_many_sizes(server, sendmail):
    for number, size in enumerate((0, 1, 65535, 65536, 3_000_000)):
        sendmail("-i", "bob", text=f"Subject: size-{number}.\n\n".encode() + b"y" * size)
        message = server.wait_for(f"size-{number}.".encode(), "bob", seconds=20)
        assert message.partition(b"\r\n\r\n")[2] == b"y" * size


@pytest.mark.parametrize("words,code", [((), 64), (("-t",), 65), (("-Z", "bob"), 64), (("-bd",), 64), (("a@-",), 65)])
def test_what_is_wrong_is_said(sendmail, words, code):
    done = sendmail(*words, text=b"Subject: x\n\nx\n", code=code)
    assert done.stderr.startswith(b"sendmail: ") and done.stderr.count(b"\n") == 1


def test_harmless_commands(sendmail, program, tmp_path):
    sendmail("-q")
    sendmail("-bi")
    (tmp_path / "newaliases").symlink_to(program)
    assert subprocess.run([tmp_path / "newaliases"], timeout=10).returncode == 0


class Dialogue:
    """smtplib over the standard streams of `sendmail -bs`."""

    def __init__(self, program, drop):
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen([program, "-bs"], stdin=theirs, stdout=theirs, env={**os.environ, "POSTERN_DROP": str(drop)})
        theirs.close()
        self.smtp = smtplib.SMTP(local_hostname="local.example", timeout=10)
        self.smtp.sock = ours
        assert self.smtp.getreply()[0] == 220

    def end(self):
        self.smtp.quit()
        return self.process.wait(10)


def test_smtp_on_the_standard_streams(server, program):
    dialogue = Dialogue(program, server.state / "drop")
    smtp = dialogue.smtp
    smtp.sendmail(f"x@{DOMAIN}", ["carol", address("bob")], "Subject: bs-1\r\n\r\n..\r\n.dotted\r\n")
    smtp.sendmail("", [address("carol")], "Subject: bs-2\r\n\r\n")
    assert smtp.docmd("RCPT TO:<a>")[0] == 503 and smtp.docmd("MAIL FROM:<a@->")[0] == 553 and smtp.docmd("BDAT 5")[0] == 500
    assert dialogue.end() == 0
    assert server.wait_for(b"bs-1", "carol").endswith(b"\r\n\r\n..\r\n.dotted\r\n")
    server.wait_for(b"bs-1", "bob")
    assert server.wait_for(b"bs-2", "carol").startswith(b"Return-Path: <>\r\n")


def test_smtp_without_a_folder(program, tmp_path):
    dialogue = Dialogue(program, tmp_path / "nothing")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        dialogue.smtp.sendmail("a@b.example", ["c@d.example"], "Subject: x\r\n\r\nx\r\n")
    assert refused.value.smtp_code == 451
    assert dialogue.end() == 75


def test_nothing_is_lost_while_the_daemon_is_down(server, sendmail):
    server.stop()
    sendmail("-i", "alice", text=b"Subject: while down\n\ndown-1\n")
    server.start()
    server.wait_for(b"down-1")


def test_without_a_folder_the_caller_keeps_it(sendmail, tmp_path):
    done = sendmail("-i", "alice", text=b"Subject: x\n\nx\n", code=75, drop=tmp_path / "nothing")
    assert b"try again later" in done.stderr


def test_roots_mail_waits_for_a_mailbox(server, sendmail):
    for number in range(2):
        sendmail("-i", "root", text=f"Subject: root-{number}.\n\n".encode())
    deadline = time.monotonic() + 10
    while "2 letters of this machine wait: root has no mailbox" not in server.cli("status").stdout:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    server.stop()
    server.start()
    assert server.cli("alias", "add", f"root@{DOMAIN}", address("carol")).returncode == 0
    server.wait_for(b"root-0.", "carol", seconds=15)
    server.wait_for(b"root-1.", "carol")
    assert "letters of this machine" not in server.cli("status").stdout


def test_whoever_writes_to_nobody_gets_a_report(server, sendmail):
    sendmail("-f", "alice", "-i", "no-such-person", text=b"Subject: lost\n\nlost-1\n")
    report = server.wait_for(b"no-such-person@")
    assert report.startswith(b"Return-Path: <>\r\n") and b"multipart/report" in report


def test_any_user_may_send_and_see_nothing(server, sendmail, program, tmp_path_factory):
    """The folder as tmpfiles.d makes it, used by nobody: he can drop, but neither list nor read what others have dropped."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    nobody = pwd.getpwnam("nobody")
    opened = [server.state, *list(server.state.parents)[:-1]]
    modes = [(path, path.stat().st_mode & 0o7777) for path in opened]
    copy = tmp_path_factory.mktemp("program")
    for path in [copy, *list(copy.parents)[:-1]]:
        path.chmod(path.stat().st_mode & 0o7777 | 0o011)
    shutil.copy(program, copy / "sendmail")
    try:
        for path, mode in modes:
            path.chmod(mode | 0o011)
        drop = server.state / "drop"
        assert drop.stat().st_mode & 0o7777 == 0o3733

        def as_nobody(*words, text=b""):
            return subprocess.run(
                words, input=text, capture_output=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], umask=0o077, timeout=10,
                cwd="/", env={"PATH": os.environ["PATH"], "POSTERN_DROP": str(drop)})

        server.stop()
        sent = as_nobody(copy / "sendmail", "-i", "alice", text=b"Subject: by nobody\n\nnobody-1\n")
        assert sent.returncode == 0, sent.stderr
        (letter,) = [path for path in drop.iterdir() if path.name.startswith("mail-")]
        facts = letter.stat()
        assert (facts.st_uid, facts.st_gid, facts.st_mode & 0o777) == (nobody.pw_uid, drop.stat().st_gid, 0o640)
        assert as_nobody("ls", drop).returncode != 0
        os.chown(letter, 0, 0)
        assert as_nobody("cat", letter).returncode != 0 and as_nobody("rm", "-f", letter).returncode != 0
        os.chown(letter, nobody.pw_uid, drop.stat().st_gid)
        server.start()
        assert f"from userid {nobody.pw_uid})".encode() in server.wait_for(b"nobody-1")
    finally:
        for path, mode in modes:
            path.chmod(mode)


@pytest.mark.parametrize("name,setting", [("bsd-mailx", "sendmail"), ("s-nail", "mta")])
def test_mailx(server, program, tmp_path, name, setting):
    mail = shutil.which(name) or pytest.skip(f"{name} is not installed")
    (tmp_path / "mailrc").write_text(f"set {setting}={program}\n")
    subprocess.run(
        [mail, "-s", f"from {name}", "-c", "bob", "alice"], input=f"{name}-1\n".encode(), check=True, timeout=20,
        env={**os.environ, "MAILRC": str(tmp_path / "mailrc"), "HOME": str(tmp_path), "POSTERN_DROP": str(server.state / "drop")})
    for person in ("alice", "bob"):
        message = server.wait_for(f"{name}-1".encode(), person)
        assert f"Subject: from {name}\r\n".encode() in message and b"\r\nTo: alice" in message


def test_mutt(server, program, tmp_path):
    mutt = shutil.which("mutt") or pytest.skip("mutt is not installed")
    subprocess.run(
        [mutt, "-n", "-F", "/dev/null", "-e", f'set sendmail="{program} -oem -oi"', "-s", "from mutt", "--", address("bob")], input=b"mutt-1\n",
        check=True, timeout=20, env={**os.environ, "HOME": str(tmp_path), "POSTERN_DROP": str(server.state / "drop")})
    assert b"Subject: from mutt\r\n" in server.wait_for(b"mutt-1", "bob")


def test_many_at_once(server, sendmail):
    failures = []

    def send(number):
        try:
            sendmail("-i", "carol", text=f"Subject: many-{number:03}.\n\n".encode())
        except AssertionError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    deadline = time.monotonic() + 20
    while True:
        text = b"".join(server.messages("carol"))
        counts = [text.count(f"many-{number:03}.".encode()) for number in range(60)]
        if all(counts) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert counts == [1] * 60
