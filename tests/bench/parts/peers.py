"""The peers, each at its best: gpg itself on every core, Dovecot's LMTP server
with fsync, and Schleuder where it is installed."""
import grp
import os
import pathlib
import pwd
import shutil
import subprocess
import time

from .lab import Skip, answers, run, until

GPG_CONF = """\
no-random-seed-file
no-auto-key-locate
no-auto-check-trustdb
trust-model always
compress-algo none
"""

# One gpg a copy, as any script would do it; the shell costs next to nothing.
LOOP = """\
while read -r fpr; do
	gpg --homedir "$1" --batch --quiet --armor --local-user "$2" \\
	    --recipient "$fpr" --sign --encrypt --output - "$3" >"$4" || exit 1
	[ -s "$4" ] && echo done
done
"""


def gpg(home, *args, stdin=b""):
    return run("gpg", "--homedir", home, "--batch", "--quiet",
               "--pinentry-mode", "loopback", "--passphrase", "", *args,
               stdin=stdin)


def fingerprints(cert):
    out = run("gpg", "--batch", "--with-colons", "--show-keys", cert)
    return next(line.split(":")[9] for line in out.split("\n")
                if line.startswith("fpr:"))


def gpg_home(lab, n, secret, certs):
    home = lab.home(f"g{n}")
    (home / "gpg.conf").write_text(GPG_CONF)
    gpg(home, "--import", stdin=secret)
    gpg(home, "--import",
        stdin=b"".join(c.read_bytes() for c in certs))
    return home


class RawGpg:
    """One signed and encrypted copy each, all cores at work, every home with
    all keys, and a secret key and agent of its own."""

    def __init__(self, lab, certs, body):
        self.lab, self.text = lab, lab.path("text")
        self.text.write_text(body)
        maker = lab.home("g")
        gpg(maker, "--quick-generate-key", "council@bench.test", "ed25519",
            "sign", "never")
        secret = subprocess.run(
            ["gpg", "--homedir", maker, "--batch", "--pinentry-mode",
             "loopback", "--passphrase", "", "--export-secret-keys"],
            capture_output=True, check=True).stdout
        self.homes = [gpg_home(lab, n, secret, certs)
                      for n in range(os.cpu_count())]
        self.to = [fingerprints(c) for c in certs]

    def loop(self, n):
        return subprocess.Popen(
            ["sh", "-c", LOOP, "loop", str(self.homes[n]),
             "council@bench.test", str(self.text),
             str(self.lab.path(f"copy{n}"))], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def run(self):
        """Seconds for one copy to everybody."""
        for home in self.homes:		# starts the agent
            gpg(home, "--output", "/dev/null", "--yes", "--sign", self.text)
        began = time.monotonic()
        loops = [self.loop(n) for n in range(len(self.homes))]
        for n, loop in enumerate(loops):
            loop.stdin.write("\n".join(self.to[n::len(loops)]) + "\n")
            loop.stdin.close()
        done = sum(len(loop.stdout.read().split()) for loop in loops)
        taken = time.monotonic() - began
        for loop in loops:
            loop.wait()
        if done != len(self.to):
            raise SystemExit(f"bench: gpg made {done} of {len(self.to)}")
        return taken


DOVECOT_CONF = """\
base_dir = {dir}/run
log_path = {dir}/log
protocols = lmtp
ssl = no
mail_location = maildir:{dir}/mail/%u
mail_fsync = always
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dir}/mail/%u allow_all_users=yes
}}
service lmtp {{
  process_limit = 100
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """Wants root, as its master process does; userdb static refuses uid 0."""

    def __init__(self, lab, port):
        self.lab = lab
        self.dir = lab.path(f"dovecot-{port}")
        (self.dir / "run").mkdir(parents=True)
        mail = self.dir / "mail"
        mail.mkdir()
        if os.getuid() != 0:
            raise Skip("Dovecot's master process needs root")
        if not shutil.which("dovecot"):
            raise Skip("Dovecot is not installed")
        shutil.chown(mail, "mail", "mail")
        conf = self.dir / "conf"
        conf.write_text(DOVECOT_CONF.format(
            dir=self.dir, port=port, uid=pwd.getpwnam("mail").pw_uid,
            gid=grp.getgrnam("mail").gr_gid))
        self.process = lab.start("dovecot", "-F", "-c", conf,
                                 log=f"{self.dir.name}/stderr")
        until("Dovecot", lambda: self.process.poll() is not None
              or answers(port), 30)
        if self.process.poll() is not None:
            raise Skip("Dovecot did not start: "
                       + (self.dir / "stderr").read_text().strip())

    def stored(self):
        return sum(1 for _ in pathlib.Path(self.dir / "mail")
                   .glob("*/new/*"))

    def stop(self):
        self.lab.stop(self.process)
        until("Dovecot's end",
              lambda: not (self.dir / "run/master.pid").exists(), 30)
