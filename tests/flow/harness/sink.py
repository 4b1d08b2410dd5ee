"""Where everything that leaves Postfix ends: an SMTP server that keeps each
message with its envelope, byte for byte. Hooks may refuse: refuse_sender() at
MAIL, refuse() at RCPT, keep() by what it says after the final dot (False:
nothing at all). closed: what it says to everybody, in place of a greeting and
to MAIL."""
import contextlib
import email
import email.policy
import socket
import socketserver
import threading

from . import ports, wait


class Mail:
    def __init__(self, sender, rcpts, raw):
        self.sender, self.rcpts, self.raw = sender, rcpts, raw
        self.message = email.message_from_bytes(
            raw, policy=email.policy.default)

    @property
    def to(self):
        return self.rcpts[0]

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        part = self.message.get_body(("plain",))
        return part.get_content().replace("\r\n", "\n") if part else ""

    def __getitem__(self, field):
        value = self.message[field]
        return None if value is None else str(value)

    @property
    def own(self):
        """The bytes from Sekisho, without what Postfix put on top."""
        head, _, body = self.raw.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        at = 0
        while at < len(lines) and (
                lines[at].lower().startswith((b"received:", b"return-path:"))
                or lines[at][:1] in (b" ", b"\t")):
            at += 1
        return b"\r\n".join(lines[at:]) + b"\r\n\r\n" + body


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def data(self):
        raw = bytearray()
        while True:
            line = self.rfile.readline()
            if not line:
                return None
            if line == b".\r\n":
                return bytes(raw)
            raw += line[1:] if line.startswith(b".") else line

    def handle(self):
        sink = self.server.sink
        sender, rcpts = None, []
        self.say(sink.closed or "220 sink ESMTP")
        while True:
            line = self.rfile.readline()
            if not line:
                return
            word = line.strip().upper()
            if word.startswith((b"EHLO", b"LHLO")):
                self.say("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
                         "250 SIZE 100000000")
            elif word.startswith(b"MAIL"):
                sender, rcpts = path(line), []
                self.say(sink.closed or sink.refuse_sender(sender) or
                         "250 ok")
            elif word.startswith(b"RCPT"):
                rcpts.append(path(line))
                sink.senders[rcpts[-1]] = sender
                self.say(sink.refuse(rcpts[-1]) or "250 ok")
            elif word == b"DATA":
                self.say("354 go on")
                raw = self.data()
                if raw is None:
                    return
                said = sink.keep(Mail(sender, rcpts, raw))
                if said is False:      # lost at the final dot
                    return
                self.say(said or "250 kept")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


def path(line):
    text = line.decode("utf-8", "surrogateescape")
    return text[text.index("<") + 1:text.index(">")]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, *args):
        super().__init__(*args)
        self.open = []

    def process_request(self, request, address):
        with self.sink.lock:
            self.open.append(request)
        super().process_request(request, address)


class Sink:
    def __init__(self, folder=None, port=0):
        """folder: a Maildir that gets every mail too."""
        self.mails, self.lock = [], threading.Lock()
        self.folder = folder
        for name in ("cur", "new", "tmp") if folder else ():
            (folder / name).mkdir(parents=True)
        self.refuse, self.closed = lambda rcpt: None, None
        self.refuse_sender = lambda sender: None
        self.senders = {}              # of whoever was named at RCPT
        self.server = Server(("127.0.0.1", port or ports.free()), Session)
        self.server.sink = self
        self.port = self.server.server_address[1]
        self.serve()

    def serve(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def keep(self, mail):
        with self.lock:
            self.mails.append(mail)
            if self.folder:
                name = f"{len(self.mails):04}.{mail.to}"
                (self.folder / "new" / name).write_bytes(
                    mail.raw.replace(b"\r\n", b"\n"))

    def stop(self):
        """Nobody answers any more, on connections kept open either."""
        self.server.shutdown()
        self.server.server_close()
        with self.lock:
            for connection in self.server.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def all(self, to=None, subject=None):
        with self.lock:
            return [m for m in self.mails
                    if (to is None or to in m.rcpts)
                    and (subject is None or subject in m.subject)]

    def wait(self, to, count=1, subject=None):
        """At least `count` mails to this address; the newest of them."""
        return wait.until(
            f"{count} mail(s) to {to}",
            lambda: (lambda l: l[-1] if len(l) >= count else None)(
                self.all(to, subject)))

    def clear(self):
        with self.lock:
            self.mails.clear()
