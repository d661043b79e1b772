"""Another mail server, as old as a test wants it: it offers what it is told and keeps what it is given."""

import socket
import threading


class PlainServer:
    """`offers`: keywords of its answer to EHLO; none of them and EHLO is unknown to it. `messages` has (MAIL, [RCPT], octets)."""

    def __init__(self, offers=("PIPELINING", "SIZE 100000000")):
        self.offers = list(offers)
        self.messages = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rwb") as stream:
            def say(text):
                stream.write(text.encode() + b"\r\n")
                stream.flush()

            say("220 plain.test")
            mail, recipients = "", []
            for line in stream:
                command = line.decode().rstrip("\r\n")
                verb = command[:4].upper()
                if verb == "EHLO" and self.offers:
                    lines = ["plain.test", *self.offers]
                    for place, offer in enumerate(lines):
                        say(f"250{' ' if place == len(lines) - 1 else '-'}{offer}")
                elif verb == "EHLO":
                    say("502 what?")
                elif verb == "MAIL":
                    mail, recipients = command, []
                    say("250 ok")
                elif verb == "RCPT":
                    recipients.append(command)
                    say("250 ok")
                elif verb == "DATA":
                    say("354 go on")
                    octets = b""
                    while (part := stream.readline()) not in (b".\r\n", b""):
                        octets += part[1:] if part.startswith(b".") else part
                    self.messages.append((mail, recipients, octets))
                    say("250 taken")
                elif verb == "QUIT":
                    say("221 bye")
                    return
                else:
                    say("250 ok")
