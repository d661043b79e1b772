"""Another mail server that takes everything and counts how often."""

import collections
import random
import socketserver
import threading
import time


class Sink:
    """A server that takes everything, a moment after it has come."""

    def __init__(self):
        self.taken = collections.Counter()
        self.open = 0
        self.lock = threading.Lock()
        sink = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                sink.count(+1)
                try:
                    sink.serve(self)
                except OSError:
                    pass
                finally:
                    sink.count(-1)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address, request_queue_size = True, True, 100

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def count(self, step):
        with self.lock:
            self.open += step

    def serve(self, session):
        say = lambda text: session.wfile.write(text + b"\r\n")
        say(b"220 sink.test ESMTP")
        for line in session.rfile:
            word = line[:4].upper()
            if word == b"EHLO":
                say(b"250-sink.test\r\n250 PIPELINING")
            elif word == b"DATA":
                say(b"354 go")
                identifier = None
                for line in session.rfile:
                    if line == b".\r\n":
                        break
                    if line.lower().startswith(b"message-id: <"):
                        identifier = line[13:].split(b">")[0].decode()
                else:
                    return
                time.sleep(random.uniform(0, 0.01))
                # Taken from here on, whether the word of it arrives or not.
                with self.lock:
                    self.taken[identifier] += 1
                say(b"250 taken")
            elif word == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")
