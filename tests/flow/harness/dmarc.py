"""Real OpenDMARC with a small name server of its own: it sees a resolv.conf that
names only that one (a private mount namespace)."""
import socket
import struct
import subprocess
import threading

from . import dkim, ports, wait


class Names:
    """TXT records on a loopback address of its own, port 53."""
    def __init__(self, zone):
        self.zone = zone
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for last in range(11, 250):
            self.address = f"127.0.53.{last}"
            try:
                self.socket.bind((self.address, 53))
                break
            except OSError:
                continue
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                question, who = self.socket.recvfrom(4096)
                self.socket.sendto(self.answer(question), who)
            except OSError:
                return
            except (IndexError, struct.error, UnicodeDecodeError):
                continue

    def answer(self, q):
        at, labels = 12, []
        while q[at]:
            labels.append(q[at + 1:at + 1 + q[at]].decode())
            at += 1 + q[at]
        name = ".".join(labels).lower()
        kind, = struct.unpack(">H", q[at + 1:at + 3])
        text = self.zone.get(name) if kind == 16 else None
        record = b""
        if text:
            parts = b"".join(
                bytes([len(text[k:k + 250])]) + text[k:k + 250].encode()
                for k in range(0, len(text), 250))
            record = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60,
                                               len(parts)) + parts
        known = any(k == name or k.endswith("." + name) for k in self.zone)
        return q[:2] + struct.pack(
            ">HHHHH", 0x8580 | (0 if known else 3), 1, 1 if record else 0,
            0, 0) + q[12:at + 5] + record

    def stop(self):
        self.socket.close()


class OpenDMARC:
    def __init__(self, folder, zone):
        self.folder = folder / "dmarc"
        self.folder.mkdir()
        self.names, self.process = Names(zone), None
        self.port = ports.free()
        (self.folder / "resolv").write_text(
            f"nameserver {self.names.address}\noptions timeout:1\n")
        (self.folder / "ignored").write_text("192.0.2.1\n")
        (self.folder / "conf").write_text(
            f"Socket inet:{self.port}@127.0.0.1\nAuthservID {dkim.AUTHSERV}\n"
            f"TrustedAuthservIDs {dkim.AUTHSERV}\nSPFSelfValidate true\n"
            f"SPFIgnoreResults true\nRejectFailures false\nSyslog no\n"
            f"UserID root\nPidFile {self.folder}/pid\n"
            f"IgnoreHosts {self.folder}/ignored\n")

    @property
    def milter(self):
        return f"inet:127.0.0.1:{self.port}"

    def start(self):
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "-m", "sh", "-c",
                 'mount --bind "$1/resolv" /etc/resolv.conf && '
                 'exec opendmarc -f -c "$1/conf"', "sh", self.folder],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait.until("OpenDMARC", lambda: wait.answers(self.port))

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.names.stop()


def works():
    """Private mounts are not everywhere (unprivileged containers)."""
    return subprocess.run(
        ["unshare", "-m", "mount", "--bind", "/dev/null", "/etc/resolv.conf"],
        stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
