"""One test's world: a folder of its own with council, Postfix, OpenDKIM, sink
and people, all ended and removed afterwards."""
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

from . import council, dkim, dmarc, gpg, mails, milter, postfix, sink

SIGNED = ["consulter.test", "acme.test"]


class World:
    def __init__(self, lmtp="unix", with_postfix=True, extra="", start=True,
                 maildir=False, trusted=True, milter=None, held=False,
                 zone=None):
        """milter: lines of the group; then milterd is the first milter of the
        relay, with OpenDKIM signing behind it, and of the pickup path. held:
        copies go to self.hold instead of Postfix. zone: TXT records; then
        milterd stands before OpenDKIM and OpenDMARC at the border, and nobody
        else strips what a sender forged."""
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="sek."))
        self.dir.chmod(0o755)
        self.ends, self.keys = [], {}
        try:
            self.begin(lmtp, with_postfix, extra, start, maildir, trusted,
                       milter, held, zone)
        except BaseException:
            self.end()
            raise

    def begin(self, lmtp, with_postfix, extra, start, maildir, trusted,
              milter_lines, held, zone):
        self.sink = self.using(
            sink.Sink(self.dir / "outside" if maildir else None), "stop")
        self.postfix = self.milter = self.pickup = None
        self.hold = self.using(sink.Sink(), "stop") if held else None
        stage = os.environ["SEKISHO_STAGE"]
        if milter_lines is not None:
            extra += milter.config(self.dir, milter_lines)
        self.council = council.Council(
            self.dir, stage, lmtp, relay_port=self.sink.port, extra=extra,
            trusted=trusted)
        if with_postfix:
            signer, verifier = dkim.pair(self.dir, SIGNED)
            parts = [signer, verifier]
            guard, local = [], []
            if milter_lines is not None:
                ours, _ = dkim.signing(self.dir, "ours", [council.DOMAIN])
                self.milter = milter.Milterd(self.dir, self.council)
                self.pickup = milter.Milterd(self.dir, self.council, True)
                parts += [ours, self.milter, self.pickup]
                guard = [self.milter.address, ours.milter]
                local = [self.pickup.address]
            border, more = [verifier.milter], ""
            if "intake = true" in (milter_lines or ""):
                border.append(self.milter.address)
            if zone is not None:
                judge = dmarc.OpenDMARC(self.dir, zone)
                parts.append(judge)
                border = [self.milter.address, *border, judge.milter]
                more = ("header_checks =\n"
                        "smtpd_authorized_xclient_hosts = 127.0.0.0/8\n"
                        "smtpd_relay_restrictions = permit_auth_destination, "
                        "permit_mynetworks, reject\n")
            self.postfix = postfix.Postfix(
                self.dir, council.DOMAIN, self.council.for_postfix,
                self.sink.port, border, signer.milter, guard=guard,
                local=local, more=more)
            self.council.conf.write_text(self.council.text(
                self.hold.port if held else self.postfix.relay, extra))
            for part in parts + [self.postfix]:
                self.ends.append(part.stop)
                part.start()
        if start:
            self.council.init()
            self.council.start()
        self.ends.append(self.council.stop)

    def using(self, part, end):
        self.ends.append(getattr(part, end))
        return part

    def key(self, name, address=None, **how):
        """The named person's GnuPG home, made on first use."""
        if name not in self.keys:
            address = address or f"{name}@acme.test"
            self.keys[name] = self.using(
                gpg.Key(self.dir / f"k{len(self.keys)}", address, **how),
                "end")
        return self.keys[name]

    def file(self, name, data):
        path = self.dir / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(0o644)
        return path

    def send(self, sender, to, raw, signed=True):
        self.postfix.send(sender, to, raw, signed)

    def consult(self, sender, subject="", text="", to=None, signed=True,
                **how):
        """A mail to a desk, and the answer to it. Needs an address used once."""
        before = len(self.sink.all(sender))
        to = to or "csc-anken@council.test"
        self.send(sender, to, mails.mail(sender, to, subject, text, **how),
                  signed)
        return self.sink.wait(sender, before + 1)

    def answer(self, got, sender, text, signed=True, expect=True, **how):
        before = len(self.sink.all(sender))
        raw = mails.reply(got, sender, text, **how)
        self.send(sender, how.get("to") or got["Reply-To"], raw, signed)
        return self.sink.wait(sender, before + 1) if expect else None

    def post_mortem(self):
        print("# --- sekishod's last words")
        for line in self.council.tail(30).split("\n"):
            print("# " + line)
        for part in filter(None, (self.milter, self.pickup)):
            print("# --- milterd's last words")
            for line in part.said().split("\n")[-15:]:
                print("# " + line)
        if self.postfix:
            print("# --- Postfix's last words")
            for line in self.postfix.said().split("\n")[-15:]:
                print("# " + line)

    def end(self):
        fault = None
        for stop in reversed(self.ends):
            try:
                stop()
            except Exception as why:      # end the others in any case
                fault = fault or why
        if os.environ.get("SEKISHO_KEEP"):
            print(f"# kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        if fault:
            print(f"not ok 99 - everything ended well\n# {fault}")
            sys.exit(1)


@contextlib.contextmanager
def world(**how):
    w = World(**how)
    try:
        yield w
    finally:
        w.end()
