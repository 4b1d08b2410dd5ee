"""Waiting for events, never for time to pass."""
import os
import signal
import socket
import subprocess
import time

STEP = 0.02
# Sanitizer builds and two tests side by side on a small machine are slow.
PATIENCE = float(os.environ.get("SEKISHO_FLOW_PATIENCE", "60"))


class Timeout(AssertionError):
    pass


def until(what, probe, seconds=None):
    """The first true value of probe(), or Timeout naming what was awaited."""
    end = time.monotonic() + (seconds or PATIENCE)
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > end:
            raise Timeout(f"waited in vain for {what}")
        time.sleep(STEP)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def end(process, seconds=30):
    """Asks a process of ours to end; kills it when it does not."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def kill(pid, how=signal.SIGKILL):
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        pass
