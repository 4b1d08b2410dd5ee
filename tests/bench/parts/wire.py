"""The two ends of a mail: an LMTP client and an SMTP server that remembers when
each message was accepted (CLOCK_MONOTONIC)."""
import email
import email.policy
import re
import socket
import socketserver
import threading
import time


class Lmtp:
    """One session on a unix socket, one mail at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")
        self.expect(b"220")
        self.ask(b"LHLO bench.test", b"250")

    def expect(self, code):
        while True:
            line = self.file.readline()
            if line[:3] != code:
                raise SystemExit(f"bench: LMTP said {line!r}")
            if line[3:4] != b"-":
                return time.monotonic()

    def ask(self, line, code):
        self.socket.sendall(line + b"\r\n")
        return self.expect(code)

    def send(self, sender, to, raw):
        """When the 250 came."""
        self.ask(b"MAIL FROM:<" + sender.encode() + b">", b"250")
        self.ask(b"RCPT TO:<" + to.encode() + b">", b"250")
        self.ask(b"DATA", b"354")
        self.socket.sendall(raw + b".\r\n")
        return self.expect(b"250")

    def close(self):
        self.ask(b"QUIT", b"221")
        self.socket.close()


class Received:
    def __init__(self, to, raw, at):
        self.to, self.at = to, at
        self.message = email.message_from_bytes(
            raw, policy=email.policy.default)

    @property
    def text(self):
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""

    def __getitem__(self, field):
        return str(self.message[field])


class Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def data(self):
        raw = bytearray()
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            raw += line[1:] if line.startswith(b".") else line
        return bytes(raw)

    def handle(self):
        to = None
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            answer = b"250 ok"
            if word == b"EHLO":
                answer = b"250-sink\r\n250 8BITMIME"
            elif word == b"RCPT":
                to = re.search(rb"<(.*?)>", line).group(1).decode()
            elif word == b"QUIT":
                answer = b"221 bye"
            elif word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                raw = self.data()
                if raw is None:
                    return
                self.server.keep(Received(to, raw, time.monotonic()))
            self.wfile.write(answer + b"\r\n")
            if word == b"QUIT":
                return


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", port), Session)
        self.sessions = []
        self.mails, self.news = [], threading.Condition()
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def keep(self, mail):
        with self.news:
            self.mails.append(mail)
            self.news.notify_all()

    def wait_for(self, to, since=0, seconds=60):
        """The first mail to that address after the first `since` mails."""
        def found():
            return next((m for m in self.mails[since:] if m.to == to), None)
        with self.news:
            if not self.news.wait_for(found, seconds):
                raise SystemExit(f"bench: no mail came to {to}")
            return found()

    def process_request(self, request, address):
        self.sessions.append(request)
        super().process_request(request, address)

    def close(self):
        """Sessions too: a kept connection would go on taking mail."""
        self.shutdown()
        self.server_close()
        for session in self.sessions:
            try:
                session.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
