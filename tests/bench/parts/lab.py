"""A folder of our own and processes of our own: every one is ended by its id,
and nothing is left behind."""
import atexit
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

DEADLINE = 600
# Ours and the peer take turns; the median of the pairs' ratios is what a
# machine that others use as well can say.
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))


class Skip(Exception):
    """A peer that is not here; its reason is printed instead of a figure."""


def median(values):
    return statistics.median(values)


def pairs(ours, theirs):
    return median([a / b for a, b in zip(ours, theirs)])


def until(what, check, seconds=DEADLINE, pause=0.02):
    end = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > end:
            raise SystemExit(f"bench: waited {seconds} s for {what}")
        time.sleep(pause)
    return found


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Lab:
    def __init__(self):
        # Short: sockets below it must fit into 86 bytes.
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="skb-"))
        self.dir.chmod(0o755)
        self.running = []
        self.homes = []
        atexit.register(self.end)

    def path(self, *names):
        return self.dir.joinpath(*names)

    def start(self, *args, log, env=None, stdout=None):
        out = open(self.path(log), "ab")
        process = subprocess.Popen(
            [str(a) for a in args], stdin=subprocess.DEVNULL,
            stdout=stdout or out, stderr=out, env=env)
        out.close()
        self.running.append(process)
        return process

    def stop(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.running:
            self.running.remove(process)

    def home(self, *names):
        """A GnuPG home whose agent ends with us."""
        home = self.path(*names)
        home.mkdir(mode=0o700, parents=True)
        self.homes.append(home)
        return home

    def end(self):
        for process in list(reversed(self.running)):
            self.stop(process)
        for home in self.homes:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"],
                           stdin=subprocess.DEVNULL, capture_output=True)
        self.homes = []
        if os.environ.get("BENCH_KEEP"):
            print(f"kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)


def run(*args, stdin=b"", env=None):
    """A command that must work."""
    done = subprocess.run([str(a) for a in args], input=stdin, env=env,
                          capture_output=True)
    if done.returncode:
        raise SystemExit(f"bench: {' '.join(str(a) for a in args[:6])}: "
                         + (done.stderr or done.stdout).decode())
    return done.stdout.decode()
