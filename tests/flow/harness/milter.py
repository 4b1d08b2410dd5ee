"""sekisho-milterd as a peer of sekishod: a user of its own, a folder of its own for
its sockets."""
import os
import pwd
import subprocess

from . import council, wait

USER = "nobody"


def folder(where):
    path = where / "m"
    if not path.exists():
        path.mkdir(mode=0o750)
        os.chown(path, pwd.getpwnam(USER).pw_uid, council.postfix_group())
    return path


def config(where, lines=""):
    path = folder(where)
    return (f'milter = {{ listen = "unix:{path}/milter"; '
            f'local = "unix:{path}/local"; user = "{USER}"; {lines} }};\n')


class Milterd:
    def __init__(self, where, home, local=False):
        self.home, self.local = home, local
        self.socket = folder(where) / ("local" if local else "milter")
        self.address = f"unix:{self.socket}"
        self.logfile = where / f"{self.socket.name}.log"
        self.process = None

    def start(self, *more, ready=True):
        mark = len(self.said())
        with open(self.logfile, "ab") as log:
            self.process = subprocess.Popen(
                [self.home.stage / "sekisho-milterd", "-c", self.home.conf,
                 "--peer", str(self.home.user), *more,
                 *(["--local"] if self.local else [])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                user=pwd.getpwnam(USER).pw_uid, group=self.home.group,
                extra_groups=[], start_new_session=True,
                env=self.home.environment)
        if ready:
            wait.until("milterd to be ready", lambda: self.is_ready(mark))

    def is_ready(self, mark):
        if self.process.poll() is not None:
            raise AssertionError(f"milterd ended with "
                                 f"{self.process.returncode}:\n{self.said()}")
        return " ready " in self.said()[mark:]

    def said(self):
        return self.logfile.read_text("utf-8", "replace") \
            if self.logfile.exists() else ""

    def stop(self):
        if self.process is None:
            return
        wait.end(self.process)
        code, self.process = self.process.returncode, None
        if code:
            raise AssertionError(f"milterd ended with {code}:\n{self.said()}")
