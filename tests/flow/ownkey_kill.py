#!/usr/bin/env python3
"""Sudden death while the council's next key, or its next certificate, is being
made: whatever is left, the same command goes on, no home ever names a key that
it lacks, and in the end all homes hold the same (I5)."""
import os
import pathlib
import subprocess

from harness import clock
from harness.smime import Certificates
from harness.tap import Skip, has, run, same, step
from harness.world import world

SMIME = ('keyd = { count = 2; };\n'
         'smime = { home = "gs"; roots = "roots.pem"; };\n')
STRIDE, MOST = 3, 200


def homes(w, base):
    return [w.council.dir / base / n for n in "01"]


def own(home):
    return [line.split() for line in (home / "own").read_text().split("\n")
            if line]


def secrets(w, home, program):
    said = subprocess.run(
        [program, "--homedir", home, "--batch", "--with-colons",
         "--list-secret-keys"], capture_output=True, user=w.council.user,
        group=w.council.group, extra_groups=[]).stdout.decode()
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"],
                   capture_output=True, user=w.council.user,
                   group=w.council.group, extra_groups=[])
    return [line.split(":")[9] for line in said.split("\n")
            if line.startswith("fpr")]


def killed(w, at, *args):
    """Was the command cut off at that step? Else it went through."""
    env = dict(w.council.environment, LD_PRELOAD=str(w.shim), KILL_AT=str(at),
               ASAN_OPTIONS="verify_asan_link_order=0")
    done = subprocess.run(
        [w.council.stage / "sekisho", "-c", w.council.conf, *args],
        stdin=subprocess.DEVNULL, capture_output=True, user=w.council.user,
        group=w.council.group, extra_groups=[], env=env,
        start_new_session=True)
    return done.returncode != 0


def cut_off_again_and_again(w, look, *args):
    """The same command until it goes through, each time cut off later."""
    times = 0
    for at in range(1, MOST, STRIDE):
        if not killed(w, at, *args):
            return times
        times += 1
        look()
    raise AssertionError("it never went through")


def whole(w, base, program):
    """No home names a key without having it."""
    for home in homes(w, base):
        if (home / "own").exists():
            have = secrets(w, home, program)
            for row in own(home):
                assert row[0] in have, (home, row, have)


@step("a council with two homes, and a way to kill", needed=True)
def begin(w):
    here = pathlib.Path(__file__).parent / "harness" / "killer.c"
    w.shim = w.dir / "killer.so"
    if subprocess.run(["cc", "-shared", "-fPIC", "-o", w.shim, here,
                       "-ldl"]).returncode:
        raise Skip("no compiler")
    w.ca = Certificates(w.dir / "ca")
    (w.council.dir / "roots.pem").write_bytes(
        (w.ca.dir / "root.pem").read_bytes())
    w.council.init()


@step("killed at step after step, `setup key --next' comes to its end: one key "
      "more in every home, and none besides")
def key(w):
    before = own(homes(w, "gnupg")[0])[0][0]
    times = cut_off_again_and_again(
        w, lambda: whole(w, "gnupg", "gpg"), "setup", "key", "--next",
        "--from", clock.day(20), "--until", clock.day(50))
    assert times > 3, times
    first, second = (own(h) for h in homes(w, "gnupg"))
    same(first, second)
    same([len(first), first[0][0]], [2, before])
    whole(w, "gnupg", "gpg")
    for home in homes(w, "gnupg"):
        have = [f for f in secrets(w, home, "gpg")]
        same(len(have), 4)              # two keys, each with its subkey
    same((w.council.dir / "gnupg/n").exists(), False)
    has(w.council.run("setup", "key"), "next " + first[1][0])


@step("killed at step after step, a certificate comes in, and another after "
      "it")
def certificate(w):
    for serial in ("77", "78"):
        w.council.run("setup", "smime", "--request")
        answer = w.file(f"{serial}.pem", w.ca.answer(
            (w.council.dir / "gs/request.csr").read_bytes(), serial))
        cut_off_again_and_again(w, lambda: whole(w, "gs", "gpgsm"), "setup",
                                "smime", "--import", answer)
        first, second = (own(h) for h in homes(w, "gs"))
        same(first, second)
        whole(w, "gs", "gpgsm")
    same(len(first), 2)
    has(w.council.call("check").stdout.decode(), f"current {first[0][0]}",
        f"next {first[1][0]}")


if __name__ == "__main__":
    run(lambda: world(start=False, with_postfix=False, extra=SMIME))
