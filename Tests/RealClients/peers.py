"""Other mail servers for a test: Debian's Postfix and Exim and Postfix's smtp-sink, on free loopback ports, each with a folder of its own.
They need root (Postfix's master and Exim want it), and are ended by their pids."""

import email
import email.policy
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from demonstration import PROJECT, free_ports

EXIM = PROJECT / ".build-peers/usr/sbin/exim4"
USER, SECRET = "relay-user@far.test", "between us"
NOBODY = pwd.getpwnam("nobody")


def listens(port, process=None, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            assert process is None or process.poll() is None, f"the server on {port} ended at once"
            time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=far.test", "-keyout", folder / "key.pem",
         "-out", folder / "cert.pem"], check=True, capture_output=True, timeout=60)
    (folder / "key.pem").chmod(0o644)  # for this test only, and for any user that a server runs as


class Peer:
    """A server that keeps what it gets, one file a message, below `mail`."""

    def __init__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="postern-peer-")
        self.folder = pathlib.Path(self.holder.name)
        self.folder.chmod(0o755)
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.holder.cleanup()

    def files(self):
        return [file for file in self.mail.rglob("*") if file.is_file() and "tmp" not in file.relative_to(self.mail).parts]

    def received(self, needle, seconds=20):
        """The message that holds these octets, as text for `email`, as soon as it is there."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for file in self.files():
                octets = file.read_bytes()
                if needle in octets:
                    return email.message_from_bytes(octets, policy=email.policy.default), octets
            time.sleep(0.1)
        raise AssertionError(f"{needle!r} did not come within {seconds} s; there is {self.files()}\n{self.log()}")

    def log(self):
        return "\n".join((file.read_text(errors="replace")[-3000:] for file in self.folder.glob("*log*") if file.is_file()))


class Postfix(Peer):
    """STARTTLS on `port`, TLS first on `tls_port`; delivers to maildirs."""

    def start(self):
        certificate(self.folder)
        self.port, self.tls_port = free_ports(2)
        self.etc = self.folder / "etc"
        for name in ("etc", "spool", "data"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix")
        shutil.chown(self.mail, NOBODY.pw_uid, NOBODY.pw_gid)
        (self.etc / "main.cf").write_text(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/spool
data_directory = {self.folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.far.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = far.test
virtual_mailbox_maps = inline:{{ erin@far.test=erin/ }}
virtual_mailbox_base = {self.mail}
virtual_uid_maps = static:{NOBODY.pw_uid}
virtual_gid_maps = static:{NOBODY.pw_gid}
virtual_transport = virtual:
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_tls_cert_file = {self.folder}/cert.pem
smtpd_tls_key_file = {self.folder}/key.pem
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtputf8_enable = no
maillog_file = {self.folder}/log
maillog_file_prefixes = {self.folder}
""")
        (self.etc / "master.cf").write_text(f"""
127.0.0.1:{self.port} inet n - n - - smtpd
127.0.0.1:{self.tls_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""")
        subprocess.run(["postfix", "-c", self.etc, "check"], check=True, capture_output=True, timeout=30)
        # In front: master's pid is ours to end.
        self.process = subprocess.Popen(
            ["/usr/lib/postfix/sbin/master", "-c", self.etc, "-d"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "MAIL_CONFIG": str(self.etc)}, start_new_session=True)
        listens(self.port, self.process)
        listens(self.tls_port, self.process)


class Exim(Peer):
    """STARTTLS on `port`, TLS first on `tls_port`, and on `submission_port` mail from USER only, logged in, in the envelope and From."""

    def start(self):
        certificate(self.folder)
        owner = pwd.getpwnam("Debian-exim")
        self.port, self.tls_port, self.submission_port = free_ports(3)
        (self.folder / "spool").mkdir()
        for path in (self.folder / "spool", self.mail, self.folder / "key.pem"):
            shutil.chown(path, owner.pw_uid, owner.pw_gid)
        (self.folder / "exim.conf").write_text(f"""
exim_path = {EXIM}
spool_directory = {self.folder}/spool
log_file_path = {self.folder}/spool/%slog
primary_hostname = exim.far.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = {self.port} : {self.tls_port} : {self.submission_port}
tls_on_connect_ports = {self.tls_port}
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = {self.folder}/cert.pem
tls_privatekey = {self.folder}/key.pem
auth_advertise_hosts = ${{if eq{{$received_port}}{{{self.submission_port}}}{{${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}}}}}
acl_smtp_rcpt = rcpt
acl_smtp_data = data
deliver_drop_privilege = true
queue_run_max = 2
begin acl
rcpt:
  deny   condition = ${{if eq{{$received_port}}{{{self.submission_port}}}}}
         !authenticated = *
         message = 5.7.0 Authentication required
  deny   condition = ${{if eq{{$received_port}}{{{self.submission_port}}}}}
         condition = ${{if !eqi{{$sender_address}}{{$authenticated_id}}}}
         message = 5.7.1 Sender address rejected: not owned by user $authenticated_id
  accept domains = far.test
         local_parts = erin
  deny   message = 5.1.1 no such user
data:
  deny   condition = ${{if eq{{$received_port}}{{{self.submission_port}}}}}
         condition = ${{if !eqi{{${{address:$h_from:}}}}{{$authenticated_id}}}}
         message = 5.7.1 From is not $authenticated_id
  accept
begin routers
all:
  driver = accept
  transport = file
begin transports
file:
  driver = appendfile
  directory = {self.mail}
  maildir_format
  mode = 0644
  user = Debian-exim
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{SECRET}}}}}}}}}
  server_set_id = $auth2
""")
        self.process = subprocess.Popen(
            [EXIM, "-C", self.folder / "exim.conf", "-bdf", "-oP", self.folder / "exim.pid"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "wb"), start_new_session=True)
        listens(self.port, self.process)
        listens(self.submission_port, self.process)

    def log(self):
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in self.folder.glob("spool/*log")) + super().log()


class Sink(Peer):
    """Postfix's smtp-sink with options of its own; writes each message with its envelope into a file."""

    def __init__(self, *options):
        super().__init__()
        self.options = options

    def start(self):
        (self.port,) = free_ports(1)
        self.process = subprocess.Popen(
            ["smtp-sink", "-u", "nobody", "-R", self.mail, "-d", "%M.", *self.options, f"127.0.0.1:{self.port}", "100"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "wb"))
        shutil.chown(self.mail, NOBODY.pw_uid, NOBODY.pw_gid)
        listens(self.port, self.process)
