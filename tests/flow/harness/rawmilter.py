"""A mail system's side of the milter protocol, byte by byte: for what Postfix
cannot be made to do on demand."""
import socket
import struct

LEADSPC = 0x100000
ACTIONS = 0x1ff


class Milter:
    def __init__(self, path, steps=LEADSPC, actions=ACTIONS, seconds=60):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.send(b"O", struct.pack(">III", 6, actions, steps))
        _, self.agreed = self.reply()

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", len(data) + 1) + command + data)

    def read(self, n):
        got = b""
        while len(got) < n:
            more = self.socket.recv(n - len(got))
            if not more:
                raise EOFError("the milter hung up")
            got += more
        return got

    def reply(self):
        size, = struct.unpack(">I", self.read(4))
        got = self.read(size)
        return got[:1], got[1:]

    def ask(self, command, data=b""):
        self.send(command, data)
        return self.reply()

    def head(self, sender, rcpts, fields):
        """Up to the end of the header; the answer to that."""
        assert self.ask(b"M", f"<{sender}>\0".encode())[0] == b"c"
        for one in rcpts:
            assert self.ask(b"R", f"<{one}>\0".encode())[0] == b"c"
        for name, value in fields:
            assert self.ask(b"L", f"{name}\0 {value}\0".encode())[0] == b"c"
        return self.ask(b"N")

    def body(self, data=b"x\r\n"):
        assert self.ask(b"B", data)[0] == b"c"
        return self.ask(b"E")

    def abort(self):
        self.send(b"A")

    def close(self):
        self.socket.close()
