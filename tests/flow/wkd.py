#!/usr/bin/env python3
"""Keys that a person's own domain publishes (WKD, A9): asked for only where
the configuration says so, over https that is verified, and never more than a
proposal (L16)."""
from harness import clock, directory, gpg, roster, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

SATO = roster.ADDRESSES["acme-sato"]
HOST, FIRST = "acme.test", "openpgpkey.acme.test"
HASH = "fhnddhf9hc8h6gotjnswwxgtqdjng976"
DIRECT = f"/.well-known/openpgpkey/hu/{HASH}"
ADVANCED = f"/.well-known/openpgpkey/acme.test/hu/{HASH}"


def council(w, lookup, proxy=True):
    """The daemon with these lines of the group; None: without it."""
    lines = [f'lookup = "{lookup}";', f'ca = "{w.web.ca}";']
    if proxy:
        lines.append(f'proxy = "http://127.0.0.1:{w.web.port}";')
    w.council.stop()
    w.council.conf.write_text(w.council.text(
        w.sink.port, f"wkd = {{ {' '.join(lines)} }};" if lookup else ""))
    w.council.start()


def publish(w, host, path, key):
    raw = key if isinstance(key, bytes) else \
        key.run("--export", key.fpr).stdout
    w.web.answers[(host, path)] = (200, {}, raw)


def proposed(w):
    return [k for k in w.council.json("key", "list", "--proposed")["keys"]
            if k["person"] == "acme-sato"]


def pinned(w):
    return [k for k in w.council.json("key", "show", "acme-sato")["keys"]
            if k["state"] == "pinned"][0]


def refused(w):
    """What is said of a lookup that ends without a key; nothing is changed."""
    before = w.council.json("key", "show", "acme-sato")
    said = w.council.refused("key", "lookup", "acme-sato")
    same(w.council.json("key", "show", "acme-sato"), before)
    return said


@step("a roster, and directories with an authority of their own", needed=True)
def prepared(w):
    w.web = w.using(directory.Directory(w.dir / "web"), "stop")
    w.web.host(HOST)
    w.key("acme-sato", SATO, life="100d")
    roster.fill(w)
    w.new = w.using(gpg.Key(w.dir / "new", SATO), "end")


@step("off, as it is without a word: refused with the mend, and nobody is "
      "asked")
def off(w):
    publish(w, HOST, DIRECT, w.new)
    for lookup in (None, "never"):
        council(w, lookup)
        said = refused(w)
        has(said, "wkd.lookup", 'lookup = "asked"', "would learn",
            str(w.council.conf))
    same(w.council.helpers("sekisho-fetcher"), [])
    clock.move(w, 50)
    wait.until("the warning", lambda: w.sink.all(SATO))
    clock.move(w, 0)
    same(w.web.connected, [])


@step("asked: a new key is a proposal with its origin, pinned by nobody, and "
      "the duty is told")
def found(w):
    council(w, "asked")
    before = pinned(w)
    key = w.council.json("key", "lookup", "acme-sato")
    same([key["state"], key["fingerprint"], key["found_at"]],
         ["proposed", w.new.fpr, HOST])
    same(key["origin"], "wkd, " + HOST)
    same([k["origin"] for k in proposed(w)], ["wkd, " + HOST])
    has(w.council.run("key", "list", "--proposed"), "wkd, acme.test")
    same(pinned(w), before)
    w.sink.wait("duty@council.test.example", 1)
    rows = w.council.json("audit", "show", "acme-sato")["rows"]
    asked = [r for r in rows if r["event"] == "key.lookup"][-1]
    same(asked["detail"], HOST)
    has(asked["actor"], "uid ")


@step("the advanced place first, then the direct one; with nothing in it that "
      "says who asks")
def places(w):
    same([c.split()[1] for c in w.web.connected],
         [FIRST + ":443", HOST + ":443"])
    host, path, query, headers = w.web.asked[0]
    same([host, path, query], [HOST, DIRECT, "l=sato"])
    same(sorted(h.lower() for h in headers), ["accept", "host"])
    lacks("".join(w.web.connected).lower(), "user-agent: curl", "sekisho")


@step("asked again: it waits already, and is not proposed twice; declined, it "
      "does not come back")
def again(w):
    same(w.council.json("key", "lookup", "acme-sato")["state"], "proposed")
    same(len(proposed(w)), 1)
    w.council.run("key", "decline", "acme-sato", w.new.fpr)
    has(refused(w), "declined")
    same(proposed(w), [])


@step("not there at the advanced place (404): the direct one is asked; both "
      "without it: who was asked is said")
def nowhere(w):
    w.web.host(FIRST)
    w.other = w.using(gpg.Key(w.dir / "other", SATO), "end")
    publish(w, HOST, DIRECT, w.other)
    key = w.council.json("key", "lookup", "acme-sato")
    same([key["fingerprint"], key["found_at"]], [w.other.fpr, HOST])
    w.council.run("key", "decline", "acme-sato", w.other.fpr)
    w.web.answers.clear()
    said = refused(w)
    has(said, HOST, "has none for this address", "openpgpkey:",
        "ask the person by mail")


@step("at the advanced place alone: the direct one is not asked")
def advanced(w):
    third = w.using(gpg.Key(w.dir / "third", SATO), "end")
    publish(w, FIRST, ADVANCED, third)
    w.web.asked.clear()
    key = w.council.json("key", "lookup", "acme-sato")
    same([key["fingerprint"], key["found_at"]], [third.fpr, FIRST])
    same([a[0] for a in w.web.asked], [FIRST])
    w.council.run("key", "decline", "acme-sato", third.fpr)


def gives(w, answer):
    w.web.answers.clear()
    w.web.asked.clear()
    w.web.answers[(FIRST, ADVANCED)] = answer


@step("a proxy that fails, or wants to know who we are, is no answer")
def proxy_fails(w):
    w.web.answers.clear()
    for says, asked, words in (
            ("407 Proxy Authentication Required", 1, "wkd.proxy"),
            ("403 Forbidden", 1, "wkd.proxy"),
            ("502 Bad Gateway", 2, "try again later"),
            ("503 Service Unavailable", 2, "try again later")):
        w.web.refuses = says
        w.web.connected.clear()
        said = w.council.call("key", "lookup", "acme-sato")
        same(said.returncode, 75, says)      # EX_TEMPFAIL: nobody knows
        has(said.stderr.decode(), says.split()[0], words)
        lacks(said.stderr.decode(), "has none")
        same(len(w.web.connected), asked)
    w.web.refuses = None


@step("a key that names another address is refused")
def wrong_address(w):
    wrong = w.using(gpg.Key(w.dir / "wrong", "sato@evil.test"), "end")
    gives(w, (200, {}, wrong.run("--export", wrong.fpr).stdout))
    has(refused(w), "does not name the address", "tell the person")


@step("no key at all, two keys, a secret one, nothing: refused, each in its "
      "words")
def no_key(w):
    two = w.new.run("--export", w.new.fpr).stdout + \
        w.other.run("--export", w.other.fpr).stdout
    for body, words in ((b"<html>sorry</html>", "no usable public key"),
                        (two, "exactly one"), (w.new.secret(), "SECRET"),
                        (b"", "empty")):
        gives(w, (200, {}, body))
        has(refused(w), words)


@step("a redirect is not followed, neither on the host nor away from it")
def redirect(w):
    for where in (f"https://{FIRST}/key", "http://127.0.0.1:1/key",
                  f"https://evil.test/{HASH}", "file:///etc/passwd"):
        gives(w, (302, {"Location": where}, b""))
        w.web.answers[(FIRST, "/key")] = (200, {}, w.new.run(
            "--export", w.new.fpr).stdout)
        w.web.connected.clear()
        has(refused(w), "redirects are not followed")
        same([len(w.web.asked), len(w.web.connected)], [1, 1])


@step("too large is not read, whether it says so or not (LIMIT_KEY_BYTES)")
def too_large(w):
    def endless(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not w.web.stopped.is_set():
                handler.wfile.write(b"x" * 65536)
        except OSError:
            pass
    for answer in ((200, {}, b"x" * 65537), endless):
        gives(w, answer)
        has(refused(w), "larger than 65536 bytes", "minimal")


@step("too slow is not waited for, and the daemon works on meanwhile "
      "(LIMIT_WKD_SECONDS)")
def too_slow(w):
    import threading
    reached = threading.Event()

    def drip(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
        reached.set()
        try:
            while not w.web.stopped.wait(0.2):
                handler.wfile.write(b"x")
        except OSError:
            pass
    gives(w, drip)
    said = []
    asking = threading.Thread(target=lambda: said.append(refused(w)))
    asking.start()
    wait.until("the server to drip", reached.is_set)
    same(len(w.council.json("person", "list")["people"]) > 0, True)
    same(said, [])
    asking.join()
    has(said[0], "in 10 seconds")


@step("a certificate of another name, of no authority or from yesterday is "
      "no answer, and no reason to ask elsewhere")
def certificates(w):
    publish(w, HOST, DIRECT, w.new)
    for how in ({"named": "other.test"}, {"own": True}, {"days": -1}):
        gives(w, (200, {}, b""))
        w.web.host(FIRST, **how)
        has(refused(w), FIRST, "cannot be verified")
        same(w.web.asked, [])
    w.web.host(FIRST)


@step("wkd.ca away: said by check and by the lookup, with the file")
def no_authority(w):
    away = w.web.ca.rename(w.web.ca.with_suffix(".away"))
    try:
        has(refused(w), str(w.web.ca))
        has(w.council.call("check", "--postfix", "none").stdout.decode(),
            "wkd.ca", str(w.web.ca))
    finally:
        away.rename(w.web.ca)
    has(w.council.call("check", "--postfix", "none").stdout.decode(),
        "keys are looked up", "when an operator asks")


@step("who is registered for S/MIME is not looked up")
def smime(w):
    w.council.run("person", "change", "late-ueda", "--scheme", "smime")
    before = len(w.web.connected)
    has(w.council.refused("key", "lookup", "late-ueda"), "S/MIME")
    same(len(w.web.connected), before)


@step("without a proxy names are resolved inside the walls")
def no_proxy(w):
    council(w, "asked", proxy=False)
    said = refused(w)
    lacks(said, "died", "signal")
    has(said, HOST)


def looked_up(w):
    return [f for f in w.council.json("key", "check")["faults"]
            if "looked up" in f]


@step("automatic: asked when the warning is sent, and again after a failure, "
      "which check names; the pinned key with later dates counts, and is used")
def automatic(w):
    w.keys["acme-sato"].renew("2y")
    w.web.answers.clear()
    publish(w, FIRST, ADVANCED, w.keys["acme-sato"])
    w.council.now = None
    council(w, "automatic")
    before = pinned(w)["until"]
    w.web.asked.clear()
    w.web.refuses = "407 Proxy Authentication Required"
    clock.move(w, 71)
    wait.until("the fault of check", lambda: looked_up(w))
    has(looked_up(w)[0], "acme-sato", "407", "tried again", "wkd.proxy")
    w.web.connected.clear()
    clock.move(w, 71.01)           # not yet
    same(len(looked_up(w)), 1)
    clock.move(w, 71.1)
    wait.until("another try", lambda: w.web.connected)
    same(len(looked_up(w)), 1)
    w.web.refuses = None
    clock.move(w, 72)
    w.sink.wait(SATO, 1, "更新しました")
    assert pinned(w)["until"] > before
    same(looked_up(w), [])
    has(pinned(w)["approved_by"], "its own signature", "wkd, " + FIRST)
    same([a[0] for a in w.web.asked], [FIRST])
    clock.move(w, 73)
    w.council.run("case", "list")
    same(len(w.web.asked), 1)


@step("revoked in the directory: it stops at once (L29)")
def revocation(w):
    key = w.keys["acme-sato"]
    key.run("--import", stdin=key.revocation())
    publish(w, FIRST, ADVANCED, key)
    w.council.run("key", "lookup", "acme-sato")
    same(pinned(w)["usable"], "key-revoked")
    w.sink.wait(SATO, 1, "失効しました")


if __name__ == "__main__":
    run(lambda: world(with_postfix=False))
