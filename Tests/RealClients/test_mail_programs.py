"""Mail programs that fetch: fetchmail, getmail6, mpop, mbsync, curl, over POP3 and IMAP, in the clear and encrypted; GNU SASL's SCRAM."""

import os
import shutil
import subprocess
import sys

import pytest

from demonstration import PASSWORD, Demonstration, address

COUNT = 12


@pytest.fixture(scope="module")
def full(server):
    with server.smtp() as client:
        for number in range(COUNT):
            client.sendmail("ann@example.org", [address("carol")], f"Subject: fetched {number}\r\n\r\nline\r\n.dot {number}\r\n")
    return server


def run(*command, home, code=0, environment=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(home), **(environment or {})})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def fetched(folder):
    found = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return sorted(octets for octets in found if b"Subject: fetched" in octets)


def maildir(home, name="mail"):
    for part in ("cur", "new", "tmp"):
        (home / name / part).mkdir(parents=True)
    return home / name


@pytest.mark.parametrize("protocol, port, tls", [("pop3", "pop3_port", False), ("pop3", "pop3_port", "starttls"), ("pop3", "pop3s_port", "implicit")])
def test_mpop(full, tmp_path, protocol, port, tls):
    folder = maildir(tmp_path)
    settings = tmp_path / "mpoprc"
    settings.write_text(f"""account carol
host 127.0.0.1
port {getattr(full, port)}
user {address('carol')}
password {PASSWORD}
auth {'scram-sha-256' if tls else 'user'}
tls {'on' if tls else 'off'}
tls_starttls {'on' if tls == 'starttls' else 'off'}
tls_certcheck off
delivery maildir {folder}
keep on
uidls_file {tmp_path}/uidls
""")
    settings.chmod(0o600)
    run("mpop", "-C", settings, "carol", home=tmp_path)
    assert len(fetched(folder)) == COUNT
    run("mpop", "-C", settings, "carol", home=tmp_path)  # the same UIDL: nothing comes again
    assert len(fetched(folder)) == COUNT


@pytest.mark.parametrize("kind, port", [("SimplePOP3Retriever", "pop3_port"), ("SimplePOP3SSLRetriever", "pop3s_port"), ("SimpleIMAPRetriever", "imap_port"), ("SimpleIMAPSSLRetriever", "imaps_port")])
def test_getmail(full, tmp_path, kind, port):
    folder = maildir(tmp_path)
    (tmp_path / "getmailrc").write_text(f"""[retriever]
type = {kind}
server = 127.0.0.1
port = {getattr(full, port)}
username = {address('carol')}
password = {PASSWORD}
{'mailboxes = ("INBOX",)' if 'IMAP' in kind else ''}
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat > {folder}/new/$$")
allow_root_commands = true
[options]
delete = false
read_all = false
delivered_to = false
received = false
""")
    getmail = shutil.which("getmail", path=os.path.dirname(sys.executable)) or "getmail"
    for _ in range(2):
        run(sys.executable, getmail, f"--getmaildir={tmp_path}", home=tmp_path)
        assert len(fetched(folder)) == COUNT


@pytest.mark.parametrize("protocol, port, options", [
    ("pop3", "pop3_port", "sslproto ''"), ("pop3", "pop3_port", "sslproto tls1.2+"), ("pop3", "pop3s_port", "ssl"), ("imap", "imap_port", "sslproto tls1.2+"), ("imap", "imaps_port", "ssl"),
])
def test_fetchmail(full, tmp_path, protocol, port, options):
    settings = tmp_path / "fetchmailrc"
    settings.write_text(f"""set no bouncemail
poll 127.0.0.1 protocol {protocol} service {getattr(full, port)}
  user "{address('carol')}" password "{PASSWORD}" {options} no sslcertck
  keep fetchall mda "cat >> {tmp_path}/mbox"
""")
    settings.chmod(0o600)
    run("fetchmail", "--nodetach", "--nosyslog", "-f", settings, "--pidfile", tmp_path / "pid", "-i", tmp_path / "ids", home=tmp_path)
    assert (tmp_path / "mbox").read_bytes().count(b"Subject: fetched") == COUNT


@pytest.mark.parametrize("tls, port", [("STARTTLS", "imap_port"), ("IMAPS", "imaps_port")])
def test_mbsync_over_tls(full, tmp_path, tls, port):
    certificate = tmp_path / "certificate"
    shown = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{full.imaps_port}"], input="", capture_output=True, text=True, timeout=20).stdout
    certificate.write_text(shown[shown.index("-----BEGIN") : shown.index("-----END CERTIFICATE-----") + 26])
    (tmp_path / "rc").write_text(f"""IMAPAccount carol
Host 127.0.0.1
Port {getattr(full, port)}
User {address('carol')}
Pass {PASSWORD}
SSLType {tls}
CertificateFile {certificate}
SystemCertificates no

IMAPStore far
Account carol

MaildirStore near
Path {tmp_path}/
Inbox {tmp_path}/INBOX

Channel all
Far :far:
Near :near:
Create Near
Sync Pull
SyncState *
""")
    run("mbsync", "-c", tmp_path / "rc", "all", home=tmp_path)
    assert len(fetched(tmp_path / "INBOX")) == COUNT


@pytest.mark.parametrize("url, options", [
    ("pop3://127.0.0.1:{pop3_port}/1", []), ("pop3://127.0.0.1:{pop3_port}/1", ["--ssl-reqd"]), ("pop3s://127.0.0.1:{pop3s_port}/1", []),
    ("imap://127.0.0.1:{imap_port}/INBOX;MAILINDEX=1", ["--ssl-reqd"]), ("imaps://127.0.0.1:{imaps_port}/INBOX;MAILINDEX=1", []),
])
def test_curl(full, tmp_path, url, options):
    said = run("curl", "--silent", "--show-error", "--insecure", *options, "--user", f"{address('carol')}:{PASSWORD}", url.format(**vars(full)), home=tmp_path)
    assert "Subject: fetched 0" in said


@pytest.mark.parametrize("protocol, port", [("imap", "imap_port"), ("smtp", "submission_port")])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"])
@pytest.mark.parametrize("starttls", [False, True])
def test_gsasl(full, tmp_path, protocol, port, mechanism, starttls):
    """Another implementation of SCRAM proves itself to ours, and ours to it."""
    isBound = mechanism.endswith("PLUS")
    if isBound and not starttls:
        pytest.skip("there is no channel to bind to")
    # An account that nobody has guessed at, which would be made to wait.
    account = address(f"{protocol}-{mechanism}-{starttls}".lower())
    assert full.cli("account", "add", account, "--password-stdin", stdin=PASSWORD + "\n").returncode == 0
    command = ["gsasl", f"--{protocol}", "--connect", f"127.0.0.1:{getattr(full, port)}", "-m", mechanism]
    command += ["-a", account, "-d"] + ([] if starttls else ["--no-starttls"]) + ["--x509-ca-file="] + ([] if isBound else ["--no-cb"])
    for password, isRight in ((PASSWORD, True), ("guessed", False)):
        done = subprocess.run([*command, "-p", password], input="", capture_output=True, text=True, timeout=60)
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == isRight, said
