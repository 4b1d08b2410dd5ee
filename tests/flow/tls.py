#!/usr/bin/env python3
"""TLS to the relay, with a real Postfix and four certificates: the right one
takes mail, and every other one keeps it here. Nothing falls back to the clear
(L1, L2)."""
import json
import subprocess

from harness import lmtp, mails, ports, wait
from harness.tap import has, lacks, run, same, step
from harness.world import world

DESK = "csc-anken@council.test"
NAME = "mx.council.test"
KINDS = ("right", "other", "expired", "own", "plain")


def openssl(w, *words, stdin=None):
    done = subprocess.run(["openssl", *map(str, words)], cwd=w.dir / "tls",
                          capture_output=True, input=stdin)
    if done.returncode:
        raise AssertionError(f"openssl {words}: {done.stderr.decode()}")


def certificate(w, kind):
    name, days = {"other": ("mx.other.test", 30),
                  "expired": (NAME, -1)}.get(kind, (NAME, 30))
    (w.dir / "tls" / "ext").write_text(f"subjectAltName=DNS:{name}\n")
    openssl(w, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout",
            kind + ".key", "-out", kind + ".csr", "-subj", "/CN=" + name)
    signer = ["-signkey", "own.key"] if kind == "own" else \
        ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7"]
    openssl(w, "x509", "-req", "-in", kind + ".csr", *signer, "-days", days,
            "-extfile", "ext", "-out", kind + ".pem")
    both = (w.dir / "tls" / (kind + ".key")).read_text() + \
        (w.dir / "tls" / (kind + ".pem")).read_text()
    (w.dir / "tls" / (kind + ".both")).write_text(both)


def services(w):
    """One smtpd a certificate, and one that offers no TLS."""
    out, w.port = "", {}
    for kind in KINDS:
        w.port[kind] = ports.free()
        out += (f"127.0.0.1:{w.port[kind]} inet n - n - - smtpd\n"
                "  -o cleanup_service_name=outside\n")
        if kind != "plain":
            out += ("  -o smtpd_tls_security_level=may\n"
                    f"  -o smtpd_tls_chain_files={w.dir}/tls/{kind}.both\n")
    path = w.postfix.etc / "master.cf"
    path.write_text(path.read_text() + out)
    w.postfix.run("reload")
    for kind in KINDS:
        wait.until(f"Postfix with {kind}",
                   lambda: wait.answers(w.port[kind]))


def hand_over_to(w, kind, **how):
    """The daemon with that relay; how: other lines than the right ones."""
    lines = {"tls": "required", "name": NAME, "ca": str(w.dir / "tls/ca.pem")}
    lines.update(how)
    relay = "".join(f' {k} = "{v}";' for k, v in lines.items() if v)
    w.council.stop()
    text = w.council.text(w.port[kind], "")
    w.council.conf.write_text(text.replace(
        "connections = 4;", "connections = 2;" + relay))
    w.council.start()


def consult(w, who):
    raw = mails.mail(who, DESK, "相談", "様子がおかしいです。")
    same(lmtp.deliver(w, raw, [DESK], who), [250])


def copy_to(w, who):
    return [c for c in w.council.json("outbox", "list")["copies"]
            if c["to"] == who]


def findings(w, what):
    done = w.council.call("--json", "check", "--postfix", "none")
    return [f for f in json.loads(done.stdout)["findings"]
            if f["what"] == what]


@step("four certificates, five doors", needed=True)
def prepared(w):
    (w.dir / "tls").mkdir()
    (w.dir / "tls").chmod(0o755)
    openssl(w, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
            "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=ca")
    for kind in KINDS[:-1]:
        certificate(w, kind)
    (w.dir / "tls" / "ca.pem").chmod(0o644)
    services(w)


@step("the right one: mail leaves under TLS, and check says how")
def right(w):
    hand_over_to(w, "right")
    consult(w, "one@a.test")
    w.sink.wait("one@a.test")
    assert any(c["state"] == "sent" for c in copy_to(w, "one@a.test"))
    received = w.sink.all("one@a.test")[0]["Received"]
    has(received, "with ESMTPS")
    said = findings(w, "relay")
    same([f["ok"] for f in said], [True])
    has(said[0]["text"], "only under TLS", NAME, "ca.pem")


@step("another name, an expired one, one of its own making, none at all: the "
      "copy stays, not a line of it leaves, and check says why")
def wrong(w):
    why = {"other": "name", "expired": "expired", "own": "",
           "plain": "STARTTLS"}
    for n, kind in enumerate(KINDS[1:]):
        who = f"{kind}@b.test"
        hand_over_to(w, kind)
        consult(w, who)
        wait.until(f"a try at {kind}", lambda: [
            c for c in copy_to(w, who) if c["tries"]])
        copy = copy_to(w, who)[0]
        same(copy["state"], "ready", kind)
        has(copy["reply"], "TLS: ")
        said = [f["text"] for f in findings(w, "delivery") if not f["ok"]]
        assert [s for s in said if "nothing leaves: TLS: " in s], said
        same(w.sink.all(who), [], kind)
    lacks(w.postfix.said(), "to=<other@b.test>", "to=<own@b.test>",
          "to=<expired@b.test>", "to=<plain@b.test>", "from=<csc-return+"
          "@council.test>")


@step("a CA that did not sign it is no authority; the mend sends what waited")
def mended(w):
    hand_over_to(w, "right", ca=str(w.dir / "tls/own.pem"))
    consult(w, "two@a.test")
    wait.until("a try", lambda: [c for c in copy_to(w, "two@a.test")
                                 if c["tries"]])
    same(w.sink.all("two@a.test"), [])
    hand_over_to(w, "right")
    rows = [c["copy"] for c in w.council.json("outbox", "list", "--state",
                                              "ready")["copies"]]
    w.council.run("outbox", "retry", *rows)
    for who in ("two@a.test", "other@b.test", "plain@b.test"):
        w.sink.wait(who)
        same(len(w.sink.all(who)), 1)
    same([f for f in findings(w, "delivery") if not f["ok"]], [])


@step("what cannot be verified is no configuration: sekishod -t names it")
def configured(w):
    stage = w.council.stage
    for relay, said in (
            ('url = "smtp://mx.council.test:25";', "not this machine"),
            ('url = "smtp://127.0.0.1:25"; tls = "opportunistic";',
             "no protection"),
            ('url = "smtp://192.0.2.1:25"; tls = "none";',
             "not this machine")):
        path = w.file("other.conf", w.council.text(25, "").replace(
            'url = "smtp://127.0.0.1:25"; connections = 4;', relay))
        done = subprocess.run([stage / "sekishod", "-c", path, "-t"],
                              capture_output=True,
                              env=w.council.environment)
        same(done.returncode, 78)
        has(done.stderr.decode(), said)
    w.council.stop()
    w.council.conf.write_text(w.council.text(w.port["plain"], ""))
    w.council.start()
    same([f["ok"] for f in findings(w, "relay")], [True])
    has(findings(w, "relay")[0]["text"], "in the clear", "this machine")
    (w.dir / "tls" / "empty.pem").write_text("none\n")
    hand_over_to(w, "right", ca=str(w.dir / "tls/empty.pem"))
    same([f["ok"] for f in findings(w, "relay")], [False])


if __name__ == "__main__":
    run(lambda: world())
