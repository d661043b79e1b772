"""A drive of one's own: a file with a file system in it, mounted over a loop device."""

import fcntl
import os
import pathlib
import struct
import subprocess
import tempfile
import time

import pytest

FS_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
NOLOGFLUSH = struct.pack("I", 2)  # the journal is not written out either: only what was synced survives


MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"], "btrfs": ["mkfs.btrfs", "-q", "-f"]}


class Drive:
    def __init__(self, mebibytes, kind="ext4"):
        self.kind = kind
        self.folder = tempfile.TemporaryDirectory(prefix="postern-drive-")
        self.image = pathlib.Path(self.folder.name) / "image"
        self.path = pathlib.Path(self.folder.name) / "mounted"
        self.path.mkdir()
        with open(self.image, "wb") as image:
            image.truncate(mebibytes << 20)

    def __enter__(self):
        if os.geteuid() != 0:
            pytest.skip("only root can mount a drive of its own")
        subprocess.run([*MAKE[self.kind], self.image], check=True, timeout=60)
        done = subprocess.run(["mount", "-o", "loop", self.image, self.path], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            pytest.skip(f"this machine cannot mount a loop device: {done.stderr.strip()}")
        return self

    def __exit__(self, *_):
        while self.is_mounted():
            self.unmount()
        self.folder.cleanup()

    def is_mounted(self):
        """As the kernel has it: a drive without power does not answer who asks it."""
        return any(line.split()[1] == str(self.path) for line in open("/proc/self/mounts"))

    def mount(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.path], check=True, timeout=60)

    def unmount(self):
        deadline = time.monotonic() + 15  # a daemon may be on its way out
        while True:
            done = subprocess.run(["umount", self.path], capture_output=True, text=True, timeout=60)
            if done.returncode == 0:
                return
            assert time.monotonic() < deadline, done.stderr
            time.sleep(0.2)

    def pull(self):
        """It is not there any more for whoever asks for its path; whoever holds something of it open holds it still (umount -l)."""
        subprocess.run(["umount", "-l", self.path], check=True, timeout=60)

    def let_go(self):
        """Waits until nobody holds anything of a drive that was pulled: before that it cannot be mounted again."""
        deadline = time.monotonic() + 30
        while subprocess.run(["losetup", "-j", self.image], capture_output=True, text=True, timeout=60).stdout:
            assert time.monotonic() < deadline, "somebody holds a drive that is gone"
            time.sleep(0.1)

    def freeze(self, frozen=True):
        """Read-only from one moment to the other, whoever writes: the superblock is changed, as a kernel does that has met errors."""
        command = ["mount", "-o", f"remount,{'ro' if frozen else 'rw'}", self.path]
        return subprocess.run(command, capture_output=True, timeout=60).returncode == 0

    def hang(self, hangs=True):
        """Whoever writes to it waits, until it is told to go on (fsfreeze)."""
        subprocess.run(["fsfreeze", "--freeze" if hangs else "--unfreeze", self.path], check=True, timeout=60)

    def occupy(self, leave):
        """Fills it until only so many octets are free; answers the file to remove."""
        ballast = self.path / "ballast"
        with open(ballast, "wb") as file:
            if self.free() > leave:
                os.posix_fallocate(file.fileno(), 0, self.free() - leave)
        return ballast

    def cut_power(self):
        """From now on nothing reaches the drive; what had not been synced is gone at the next mount."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, FS_IOC_SHUTDOWN, NOLOGFLUSH)
        finally:
            os.close(descriptor)

    def free(self):
        figures = os.statvfs(self.path)
        return figures.f_bavail * figures.f_frsize
