"""Zones signed with a key of their own, on a real name server (NSD), and a network for them in which every port is free."""

import ctypes
import hashlib
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


class OwnNetwork:
    """Whoever is inside, and what it starts, sees loopback only: port 25 of each of its addresses is free there."""

    def __enter__(self):
        if os.geteuid() != 0:
            pytest.skip("only root can make a network of its own")
        self.before = os.open("/proc/self/ns/net", os.O_RDONLY)
        if libc.unshare(CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of its own can be made")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return self

    def __exit__(self, *_):
        if libc.setns(self.before, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "the network of before is not there any more")
        os.close(self.before)


def tlsa(certificate, usage, selector, matching):
    """A TLSA record's data for a certificate in a PEM file. RFC 6698 §2.1"""
    if selector == 0:
        der = subprocess.check_output(["openssl", "x509", "-in", certificate, "-outform", "DER"])
    else:
        key = subprocess.check_output(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"])
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, capture_output=True, check=True).stdout
    data = der if matching == 0 else hashlib.new({1: "sha256", 2: "sha512"}[matching], der).digest()
    return f"TLSA {usage} {selector} {matching} {data.hex()}"


class NameServer:
    """NSD on 127.0.0.1, with zones as {name: (lines, how)}; `how` is `signed`, `plain`, `forged` (changed after it was signed) or `broken`
    (it has no data, and every question is answered with SERVFAIL). Zones are signed for who trusts `anchor`, a file."""

    PORT = 5300

    def __init__(self, folder, zones):
        self.folder = pathlib.Path(folder)
        self.zones = zones
        self.anchor = self.folder / "anchors"
        self.process = None

    def __enter__(self):
        keys = []
        for name, (lines, how) in self.zones.items():
            path = self.folder / f"{name}.zone"
            if how == "broken":
                continue
            head = [f"$ORIGIN {name}.", "$TTL 60", "@ SOA ns hostmaster 1 3600 900 86400 60", "@ NS ns", "ns A 127.0.0.1"]
            path.write_text("\n".join([*head, *lines]) + "\n")
            if how in ("signed", "forged"):
                keys.append(self._sign(name, path, forges=how == "forged"))
        self.anchor.write_text("".join(keys))
        configuration = self.folder / "nsd.conf"
        configuration.write_text(self._configuration())
        self.process = subprocess.Popen(["nsd", "-d", "-c", configuration], stderr=open(self.folder / "nsd.log", "wb"))
        self._wait()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def _sign(self, name, path, forges):
        base = subprocess.check_output(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name], cwd=self.folder, text=True).strip()
        subprocess.run(["ldns-signzone", "-n", "-f", f"{path}.signed", path, base], cwd=self.folder, check=True)
        signed = pathlib.Path(f"{path}.signed")
        signed.rename(path)
        if forges:
            text = path.read_text()
            assert "127.0.25.9" in text, "a forged zone has an address to forge"
            path.write_text(text.replace("127.0.25.9", "127.0.25.1"))
        return (self.folder / f"{base}.ds").read_text()

    def _configuration(self):
        lines = [
            "server:", f"  ip-address: 127.0.0.1@{self.PORT}", f'  zonesdir: "{self.folder}"', '  username: ""', '  chroot: ""',
            f'  pidfile: "{self.folder}/nsd.pid"', f'  xfrdfile: "{self.folder}/xfrd.state"', f'  xfrdir: "{self.folder}"',
            '  zonelistfile: ""', '  database: ""', "  server-count: 1", "remote-control:", "  control-enable: no",
        ]
        for name in self.zones:
            lines += ["zone:", f"  name: {name}", f"  zonefile: {name}.zone"]
        return "\n".join(lines) + "\n"

    def _wait(self):
        name = next(iter(self.zones))
        # A question for the zone's SOA, by hand.
        question = b"\x12\x34\0\0\0\1\0\0\0\0\0\0" + b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0\0\6\0\1"
        deadline = time.monotonic() + 20
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            while time.monotonic() < deadline and self.process.poll() is None:
                try:
                    probe.sendto(question, ("127.0.0.1", self.PORT))
                    probe.recv(512)
                    return
                except OSError:
                    time.sleep(0.05)
        raise AssertionError(f"nsd does not answer:\n{(self.folder / 'nsd.log').read_text()}")


class Forwarder:
    """A name server on 127.0.0.1 that hands questions on to another one, as `passed` wants them; `None` swallows one."""

    PORT = 5301

    def __init__(self, behind=NameServer.PORT):
        self.behind = ("127.0.0.1", behind)

    def passed(self, question):
        return question

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.PORT))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", ("127.0.0.1", self.PORT))
        self.thread.join(10)
        self.socket.close()

    def _serve(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ahead:
            ahead.settimeout(1)
            while True:
                question, asker = self.socket.recvfrom(4096)
                if not question:
                    return
                question = self.passed(question)
                if question is None:
                    continue
                ahead.sendto(question, self.behind)
                try:
                    self.socket.sendto(ahead.recv(4096), asker)
                except TimeoutError:
                    pass


class DeadZones(Forwarder):
    """Questions about names below `dead` are swallowed."""

    def __init__(self, dead, **options):
        super().__init__(**options)
        self.dead = b"".join(bytes([len(part)]) + part.encode() for part in dead.split(".")) + b"\0"
        self.swallowed = 0

    def passed(self, question):
        if self.dead not in question.lower():
            return question
        self.swallowed += 1
        return None


class OldForwarder(Forwarder):
    """One that knows nothing of EDNS (RFC 6891) while `is_old`, and so gets no signatures."""

    PORT = 5302
    is_old = True

    def passed(self, question):
        if not self.is_old:
            return question
        end = 12
        while question[end]:
            end += question[end] + 1
        return question[:6] + bytes(6) + question[12:end + 5]
