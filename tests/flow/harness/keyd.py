"""keyds of their own, as under systemd, with somebody in between who may change
what they answer: the faults that a real one cannot show."""
import array
import os
import pathlib
import socket
import subprocess
import threading
import time

from . import wait

SEAL, SEALED = 24, 25    # messages.h


class Keyd:
    """A real sekisho-keyd on one home, and the door that sekishod knows."""

    def __init__(self, council, number, deadline=3, smime=None, base=None,
                 user=None):
        """smime: the folder of the homes for it, if there is one. base, user:
        a folder with the homes and the vault's key, and whose it is, where
        that is not the council's."""
        self.council, self.number, self.deadline = council, number, deadline
        self.home = (base or council.dir / "gnupg") / str(number)
        self.smime = smime and (base or council.dir) / smime / str(number)
        self.base, self.user = base or council.dir, user or council.user
        self.real = str(self.base / f"real{number}")
        self.door = str(council.dir / f"k{number}")
        self.spoil = None       # (fields, payload, armour) -> armour or None
        self.open, self.process = [], None
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.door)
        os.chmod(self.door, 0o666)
        self.listener.listen(8)
        threading.Thread(target=self.accept, daemon=True).start()

    def homes(self):
        return [h for h in (self.home, self.smime) if h]

    def mind(self):
        """As a service manager: one that died is started again."""
        if self.process.poll() is not None:
            self.hang_up()
            self.start()

    def start(self):
        # A service manager would do the same.
        pathlib.Path(self.real).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [self.council.stage / "libexec" / "sekisho-keyd", "--home",
             self.home, "--vault", self.base / "vault.key",
             "--socket", self.real, "--peer", "0", "--deadline",
             str(self.deadline)] +
            (["--smime-home", self.smime] if self.smime else []),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(self.council.dir / f"keyd{self.number}.log", "ab"),
            user=self.user, group=self.council.group, extra_groups=[],
            env=dict(self.council.environment, HOME=str(self.base)))
        wait.until("keyd", lambda: os.path.exists(self.real))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.listener.close()
        self.rest()

    def rest(self):
        """Stopped, and to be started again."""
        self.hang_up()
        wait.end(self.process)
        for home in self.homes():
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"],
                           capture_output=True, user=self.user)

    def hang_up(self):
        for one in self.open:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.open = []

    # in between

    def accept(self):
        while True:
            try:
                theirs, _ = self.listener.accept()
            except OSError:
                return
            ours = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                ours.connect(self.real)
            except OSError:
                theirs.close()
                continue
            self.open += [theirs, ours]
            asked = {}
            for args in ((theirs, ours, self.asked), (ours, theirs,
                                                      self.answered)):
                threading.Thread(target=self.pass_on, args=(*args, asked),
                                 daemon=True).start()

    def pass_on(self, source, to, look, asked):
        while True:
            try:
                data, fds = receive(source)
                if data:
                    data, fds = look(asked, data, fds)
            except OSError:
                data = b""
            if not data:
                for one in (source, to):
                    try:
                        one.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return
            try:
                socket.send_fds(to, [data], fds)
            except OSError:
                return
            finally:
                for fd in fds:
                    os.close(fd)

    def asked(self, asked, data, fds):
        if kind(data) == SEAL and self.spoil:
            asked[operation(data)] = (data, contents(fds[0]))
        return data, fds

    def answered(self, asked, data, fds):
        fields, plain = asked.pop(operation(data), (b"", b""))
        if kind(data) != SEALED or not self.spoil or not fds:
            return data, fds
        armour = self.spoil(fields, plain, contents(fds[0]))
        if armour is None:
            return b"", fds
        os.close(fds[0])
        fd = os.memfd_create("armour", os.MFD_ALLOW_SEALING)
        os.write(fd, armour)
        return data, [fd]


def serve(w, keyds):
    """Starts these, then the council, which ends before them."""
    for one in keyds:
        w.ends.append(one.stop)
        one.start()
    w.ends.append(w.ends.pop(-1 - len(keyds)))
    w.council.start()
    return keyds


def named(count):
    """The setting by which sekishod knows so many."""
    doors = ", ".join(f'"k{n}"' for n in range(count))
    return f"keyd = {{ sockets = ( {doors} ); }};\n"


def processes(home, name):
    """Ids of the programs of that name on that home."""
    return [int(pid) for pid in os.listdir("/proc")
            if pid.isdigit() and is_on(pid, [home], name)]


def is_on(pid, homes, name):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            words = f.read().split(b"\0")
    except OSError:
        return False
    return os.path.basename(words[0]) == name.encode() and any(
        str(home).encode() in words for home in homes)


class Hunter:
    """Sends a signal to every program of that name on these homes, as long as
    it lasts: real programs, which die or stop in the middle."""

    def __init__(self, homes, name, how, most=1 << 30):
        self.homes, self.name, self.how = homes, name, how
        self.most, self.hit, self.over = most, [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.hunt)
        self.thread.start()
        return self

    def __exit__(self, *why):
        self.over.set()
        self.thread.join()

    def hunt(self):
        met = {}                # those that are older are not looked at again
        while not self.over.is_set():
            now = time.monotonic()
            for pid in [p for p in os.listdir("/proc") if p.isdigit() and
                        now - met.setdefault(p, now) < 1]:
                if len(self.hit) < self.most and int(pid) not in self.hit \
                        and is_on(pid, self.homes, self.name):
                    self.hit.append(int(pid))
                    wait.kill(int(pid), self.how)


def kind(data):
    """Of a message, whose head is version, type and operation (channel.c)."""
    return int.from_bytes(data[4:8], "big")


def operation(data):
    return data[8:16]


def contents(fd):
    return os.pread(fd, os.fstat(fd).st_size, 0)


def receive(source):
    fds = array.array("i")
    data, more, _, _ = source.recvmsg(1 << 21, socket.CMSG_SPACE(64))
    for level, what, part in more:
        if level == socket.SOL_SOCKET and what == socket.SCM_RIGHTS:
            fds.frombytes(part[:len(part) - len(part) % fds.itemsize])
    return data, list(fds)
