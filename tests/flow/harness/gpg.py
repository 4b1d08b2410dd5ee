"""People with ordinary GnuPG homes of their own."""
import pathlib
import subprocess
import time

from . import wait


class Key:
    """One person's home with one key: algo signs, cipher encrypts."""

    def __init__(self, folder, address, name=None, expired=False,
                 life="2y", algo="ed25519", cipher="cv25519"):
        self.home = pathlib.Path(folder)
        self.home.mkdir(mode=0o700, parents=True)
        self.address = address
        self.signed_at = 0
        (self.home / "gpg.conf").write_text("no-auto-key-locate\n"
                                            "trust-model always\n")
        user = f"{name} <{address}>" if name else address
        past = ["--faked-system-time", "20240101T000000!"] if expired else []
        life = "1d" if expired else life
        for what in (["--quick-generate-key", user, algo, "sign", life],):
            self.run(*past, "--passphrase", "", *what)
        self.fpr = self.field("fpr")
        self.run(*past, "--passphrase", "", "--quick-add-key", self.fpr,
                 cipher, "encr", life)

    def run(self, *args, stdin=b"", check=True):
        done = subprocess.run(
            ["gpg", "--homedir", self.home, "--batch", "--no-tty", "--quiet",
             "--pinentry-mode", "loopback", *args],
            input=stdin, capture_output=True)
        if check and done.returncode:
            raise AssertionError(f"gpg {args}: {done.stderr.decode()}")
        return done

    def field(self, kind):
        out = self.run("--with-colons", "--list-keys", self.address).stdout
        for line in out.decode().split("\n"):
            if kind == "sub_id" and line.startswith("sub:"):
                return line.split(":")[4]
            if line.startswith(kind + ":"):
                return line.split(":")[9]
        raise AssertionError("no key was made")

    def export(self):
        return self.run("--armor", "--export", self.fpr).stdout

    def secret(self):
        """For programs that have no agent."""
        return self.run("--armor", "--passphrase", "",
                        "--export-secret-keys", self.fpr).stdout

    def renew(self, life):
        """Later dates for the key and all its subkeys."""
        for what in ([], ["*"]):
            self.run("--passphrase", "", "--quick-set-expire", self.fpr, life,
                     *what)
        return self.export()

    def revocation(self):
        """The certificate that gpg made with the key, as one mails it."""
        path = self.home / "openpgp-revocs.d" / f"{self.fpr}.rev"
        return path.read_bytes().split(b"\n:", 1)[1]

    def another_second(self):
        """No person signs twice in one second, and two signatures of one are
        taken for the same (a replay)."""
        wait.until("the next second",
                   lambda: int(time.time()) > self.signed_at)
        self.signed_at = int(time.time())

    def detached(self, data):
        self.another_second()
        return self.run("--armor", "--detach-sign", "--local-user", self.fpr,
                        stdin=data).stdout

    def learn(self, block):
        """Imports somebody's key; its fingerprint."""
        out = self.run("--status-fd", "1", "--import", stdin=block).stdout
        return [l.split()[3] for l in out.decode().split("\n")
                if "IMPORT_OK" in l][0]

    def decrypt(self, data):
        """(plaintext, fingerprint of the good signature or None)."""
        done = self.run("--status-fd", "2", "--decrypt", stdin=data,
                        check=False)
        status = done.stderr.decode("utf-8", "replace")
        if "DECRYPTION_OKAY" not in status:
            raise AssertionError("cannot decrypt: " + status)
        signer = None
        if "GOODSIG" in status:
            line = [l for l in status.split("\n") if "VALIDSIG" in l][0]
            signer = line.split()[-1]
        return done.stdout, signer

    def encrypt(self, data, to_fpr, sign=True):
        args = ["--armor", "--recipient", to_fpr, "--encrypt"]
        if sign:
            self.another_second()
            args += ["--local-user", self.fpr, "--sign"]
        return self.run(*args, stdin=data).stdout

    def end(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"],
                       stdin=subprocess.DEVNULL, capture_output=True)


def recipients(data):
    """Key ids a message is encrypted to, as any onlooker sees them."""
    out = subprocess.run(["gpg", "--batch", "--list-packets", "--list-only"],
                         input=data, capture_output=True).stdout.decode()
    return [line.split("keyid")[1].strip() for line in out.split("\n")
            if line.startswith(":pubkey enc packet")]
