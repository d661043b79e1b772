"""A terminal to look at (tmux)."""

import subprocess
import time


class Terminal:
    def __init__(self, socket, command, columns=100, lines=30):
        self.tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        size = ["-x", str(columns), "-y", str(lines)]
        subprocess.run([*self.tmux, "new-session", "-d", *size, command], check=True, timeout=20)
    def screen(self):
        return subprocess.run([*self.tmux, "capture-pane", "-p"], capture_output=True, text=True, timeout=20).stdout

    def type(self, *keys):
        subprocess.run([*self.tmux, "send-keys", *keys], check=True, timeout=20)

    def wait_for(self, text, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if text in (shown := self.screen()):
                return shown
            time.sleep(0.1)
        raise AssertionError(f"{text!r} did not appear on the screen within {seconds} s:\n{shown}")

    def end(self):
        subprocess.run([*self.tmux, "kill-server"], capture_output=True, timeout=20)
