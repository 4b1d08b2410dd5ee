"""A throw-away council: its folder, its daemon, its operators' command."""
import json
import os
import pathlib
import re
import signal
import subprocess

from . import ports, wait

DOMAIN = "council.test"
# The daemon runs as nobody's user in Postfix's group, as it would when
# installed; the second operator is root, who may always speak to the socket.
OWNER = 64321


class CommandFailed(AssertionError):
    def __init__(self, args, code, out, err):
        super().__init__(f"sekisho {' '.join(args)}: exit {code}\n{out}{err}")
        self.code, self.out, self.err = code, out, err


class Council:
    def __init__(self, folder, stage, lmtp="unix", relay_port=25,
                 extra="", user=OWNER, trusted=True):
        self.dir = pathlib.Path(folder) / "c"
        self.stage, self.user = pathlib.Path(stage), user
        self.trusted = trusted
        self.dir.mkdir(mode=0o750)
        self.group = postfix_group()
        os.chown(self.dir, user, self.group)
        self.conf = self.dir / "sekisho.conf"
        self.logfile = self.dir.parent / "sekishod.log"
        self.lmtp_port = ports.free()
        self.lmtp = f"unix:{self.dir}/lmtp" if lmtp == "unix" else \
            f"127.0.0.1:{self.lmtp_port}"
        self.for_postfix = f"unix:{self.dir}/lmtp" if lmtp == "unix" else \
            f"inet:127.0.0.1:{self.lmtp_port}"
        self.conf.write_text(self.text(relay_port, extra))
        os.chown(self.conf, user, self.group)
        self.process, self.now, self.runs = None, None, 0

    def text(self, relay_port, extra):
        trusted = "" if self.lmtp.startswith("unix:") or not self.trusted \
            else " trusted = true;"
        return f"""\
council = {{ name = "試験協議会"; domain = "{DOMAIN}"; language = "ja";
	timezone = "Asia/Tokyo"; policy = "council.conf";
	templates = "{self.stage}/share/templates";
	notify = ( "duty@{DOMAIN}.example" ); }};
desks = (
	{{ address = "csc-anken@{DOMAIN}"; kind = "incident"; ask_at_once = true; }},
	{{ address = "csc-info@{DOMAIN}"; kind = "inquiry"; ask_at_once = false; }}
);
return_address = "csc-return@{DOMAIN}";
lmtp = {{ listen = "{self.lmtp}"; max_message_bytes = 26214400;{trusted} }};
store = {{ url = "sqlite:council.db"; key = "store.key"; }};
relay = {{ url = "smtp://127.0.0.1:{relay_port}"; connections = 4; }};
openpgp = {{ home = "gnupg"; fingerprint = ""; }};
vault = {{ key = "vault.key"; }};
control = {{ socket = "control"; }};
authentication = {{ authserv_id = "mx.council.test"; }};
{extra}"""

    @property
    def environment(self):
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
               "HOME": str(self.dir),
               "SEKISHO_LIBEXECDIR": str(self.stage / "libexec"),
               "SEKISHO_DATADIR": str(self.stage / "share")}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        if self.now:
            env["SEKISHO_NOW"] = self.now
        return env

    # the command

    def call(self, *args, user=None, stdin=None, environment=None):
        user = self.user if user is None else user
        group = 0 if user == 0 else self.group
        return subprocess.run(
            [self.stage / "sekisho", "-c", self.conf, *map(str, args)],
            stdin=subprocess.DEVNULL if stdin is None else None,
            input=stdin, capture_output=True, user=user, group=group,
            extra_groups=[], env=environment or self.environment)

    def run(self, *args, user=None, stdin=None, environment=None):
        """Text of a command that must work."""
        done = self.call(*args, user=user, stdin=stdin,
                         environment=environment)
        if done.returncode:
            raise CommandFailed([str(a) for a in args], done.returncode,
                                done.stdout.decode("utf-8", "replace"),
                                done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")

    def json(self, *args, user=None, stdin=None):
        document = json.loads(self.run("--json", *args, user=user,
                                       stdin=stdin))
        assert document["sekisho"] == 1, document
        return document

    def refused(self, *args, user=None, stdin=None, code=None):
        """The message of a command that must not work."""
        done = self.call(*args, user=user, stdin=stdin)
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode == 0:
            raise AssertionError(f"{args} was not refused: "
                                 f"{done.stdout.decode()}")
        if code is not None and done.returncode != code:
            raise AssertionError(f"{args}: exit {done.returncode}, "
                                 f"want {code}: {said}")
        return said

    def make(self):
        self.run("init", "--domain", DOMAIN, "--name", "試験協議会")

    def init(self):
        self.make()
        # These members are taken over, without their decisions; flow roster
        # tries what holds otherwise.
        self.policy("reference_needed = true", "reference_needed = false")

    def policy(self, was, now):
        """Changes a line of council.conf; read at the next start."""
        path = self.dir / "council.conf"
        text = path.read_text()
        assert was in text, was
        path.write_text(text.replace(was, now))

    # the daemon

    def start(self, ready=True):
        self.runs += 1
        self.mark = self.logfile.stat().st_size if self.logfile.exists() else 0
        self.log = open(self.logfile, "ab")
        self.process = subprocess.Popen(
            [self.stage / "sekishod", "-c", self.conf], cwd="/",
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            user=self.user, group=self.group, extra_groups=[],
            start_new_session=True, env=self.environment)
        self.log.close()
        if ready:
            self.ready()

    def ready(self):
        wait.until("sekishod to be ready", self.is_ready)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"sekishod ended with "
                                 f"{self.process.returncode}:\n{self.tail()}")
        return re.search(r"\bready\b", self.said()[self.mark:]) and \
            self.call("key", "export").returncode == 0

    def stop(self):
        if self.process is None:
            return
        wait.end(self.process)
        code, self.process = self.process.returncode, None
        if code not in (0, -signal.SIGTERM):
            raise AssertionError(f"sekishod ended with {code}:\n"
                                 f"{self.tail()}")

    def kill(self):
        """Sudden death of the daemon; its helpers notice by themselves."""
        wait.kill(self.process.pid)
        self.process.wait()
        self.process = None

    def helpers(self, name):
        """Process ids of this council's readers or keyds."""
        found = []
        for line in subprocess.run(
                ["pgrep", "-u", str(self.user), "-f", name],
                capture_output=True, text=True).stdout.split():
            if self.is_mine(int(line)):
                found.append(int(line))
        return found

    def is_mine(self, pid):
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        state, parent = stat.rsplit(")", 1)[1].split()[:2]
        return self.process and state != "Z" and \
            int(parent) == self.process.pid

    def said(self):
        return self.logfile.read_text("utf-8", "replace") \
            if self.logfile.exists() else ""

    def tail(self, lines=40):
        return "\n".join(self.said().split("\n")[-lines:])

    # what tests ask most

    def cases(self):
        return self.json("case", "list")["cases"]

    def case(self, number):
        return self.json("case", "show", number)

    def wait_cases(self, count):
        return wait.until(f"{count} case(s)", lambda: (
            lambda c: c if len(c) >= count else None)(self.cases()))

    def wait_mails(self, number, count):
        """Until so many mails of the case have come in and were filed."""
        return self.wait_case(number, lambda c: len(
            [m for m in c["mails"] if m["direction"] == "in"]) >= count,
            f"{count} mails")

    def wait_case(self, number, probe, what):
        return wait.until(f"case {number}: {what}", lambda: (
            lambda c: c if probe(c) else None)(self.case(number)))


def postfix_group():
    import grp
    return grp.getgrnam("postfix").gr_gid
