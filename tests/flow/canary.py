#!/usr/bin/env python3
"""Sealed at rest (I9): after a whole consultation, and a sudden death in the
middle of one, no word, address or name of it stands in the database, its WAL,
the spool, the logs or anywhere else in the council's folder but in what the
operator wrote there himself."""
import pathlib

from harness import cases, mails, roster
from harness.tap import run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
WORDS = ["canaryword", "カナリア商事", "金糸雀太郎"]
WHO = "himitsu.person@consulter.test"


def forms(text):
    """As it might stand on a disk."""
    import base64
    out = {text.encode(), mails.jis(text), text.encode("utf-16-le")}
    for charset in ("cp932", "euc-jp"):
        out.add(text.encode(charset))
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text.encode())
        out.add(coded[4 * ((shift + 2) // 3):-4] if shift else coded[:-4])
    return {f for f in out if len(f) >= 6}


def found(w, needles):
    hits = []
    places = [w.council.dir, w.council.logfile]
    skip = {"sekisho.conf", "council.conf"}
    for place in places:
        for path in [place] if place.is_file() else place.rglob("*"):
            # Public keys of recipients are in keyd's own homes.
            inside = path.relative_to(w.dir).as_posix()
            if not path.is_file() or path.name in skip or \
                    "gnupg" in inside:
                continue
            data = path.read_bytes()
            for text in needles:
                if any(f in data for f in forms(text)):
                    hits.append((inside, text))
    return hits


@step("a consultation with attachments, a digest and its answers", needed=True)
def lived(w):
    roster.fill(w)
    _, number = cases.confirmed(
        w, "1-B 社名はカナリア商事\n2-B\n3-A\n",
        f"canaryword {WORDS[1]} 担当 {WORDS[2]}", who=WHO)
    w.council.run("case", "note", number, "メモ: canaryword")
    cases.item(w, number, "接続先 203.0.113.77 canaryword", more=(
        "--title", "canaryword"))
    w.council.run("digest", "send", "--yes", "--now")
    w.sink.wait(roster.ADDRESSES["lab-ito"])
    content, body = mails.mixed("canaryword", [
        ("カナリア商事.bin", "application/octet-stream", b"canaryword" * 99)])
    w.send(WHO, DESK, mails.mail(WHO, DESK, "canaryword 件名",
                                 content=content, body=body))
    w.council.wait_cases(2)


@step("large mails in the spool, and a sudden death while they are there")
def died(w):
    for n in range(2):
        raw = mails.mail(WHO, DESK, "large", "canaryword カナリア商事\n" *
                         50000)
        w.send(WHO, DESK, raw)
    w.council.kill()
    w.hits = found(w, WORDS + [WHO, "himitsu.person"])
    w.council.start()
    w.postfix.flush()
    w.council.wait_cases(4)


@step("nothing of it stands on the disk after the death")
def after_death(w):
    same(w.hits, [])


@step("nor while running, nor after the end")
def nowhere(w):
    needles = WORDS + [WHO, "himitsu.person"] + \
        list(roster.ADDRESSES.values()) + ["佐藤 花子", "アクメ電力株式会社"]
    same(found(w, needles), [])
    w.council.stop()
    same(found(w, needles), [])
    w.council.start()


@step("the scan itself can see: the words stand in what Postfix keeps open")
def sighted(w):
    probe = pathlib.Path(w.council.dir / "probe")
    probe.write_bytes(mails.jis(WORDS[1]))
    same(len(found(w, WORDS)), 1)
    probe.unlink()


@step("no dump of the daemon can be had")
def no_dumps(w):
    limits = pathlib.Path(f"/proc/{w.council.process.pid}/limits").read_text()
    line = [l for l in limits.split("\n") if "core file" in l][0]
    same(line.split()[4:6], ["0", "0"])


if __name__ == "__main__":
    run(lambda: world())
