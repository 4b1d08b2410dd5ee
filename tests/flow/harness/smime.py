"""People with S/MIME certificates: openssl alone, as far from our own code as
can be."""
import base64
import email
import email.policy
import pathlib
import shutil
import subprocess

# A council that has a certificate, and a file of roots.
SETTINGS = 'smime = { home = "gs"; };\n'
MAKER = pathlib.Path(__file__).parents[2] / "fault" / "certificates.sh"


class Certificates:
    """A root, a step, and one folder of people: NAME.pem, NAME.key."""

    def __init__(self, folder, *names):
        self.dir = pathlib.Path(folder)
        self.dir.mkdir(mode=0o755)
        subprocess.run(["sh", MAKER, self.dir, *names], check=True,
                       capture_output=True)

    def openssl(self, *words, stdin=b""):
        done = subprocess.run(["openssl", *map(str, words)], input=stdin,
                              cwd=self.dir, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def fingerprint(self, name, how="sha256"):
        return self.print_of((self.dir / f"{name}.pem").read_bytes(), how)

    def print_of(self, pem, how="sha1"):
        out = self.openssl("x509", "-noout", "-fingerprint", "-" + how,
                           stdin=pem).decode()
        return out.split("=")[1].strip().replace(":", "")

    def answer(self, csr, serial="77", days=365):
        """What a certification authority does with a request."""
        (self.dir / "council.csr").write_bytes(csr)
        return self.openssl(
            "x509", "-req", "-in", "council.csr", "-CA", "middle.pem",
            "-CAkey", "middle.key", "-set_serial", serial, "-days", str(days),
            "-copy_extensions", "copyall")

    def issue(self, name, address, days=365, key=None, issuer="middle",
              usage="digitalSignature,keyEncipherment"):
        """NAME.pem and NAME.key, ours to choose how long and for what; `key`:
        the key pair of that one, since making one takes time. The
        certificate."""
        pair = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key"]
        if key:
            shutil.copy(self.dir / f"{key}.key", self.dir / f"{name}.key")
            pair = ["-key", f"{name}.key"]
        self.openssl(
            "req", "-new", *pair, "-subj", f"/O=Test/CN={name}", "-out",
            f"{name}.csr", "-addext", f"subjectAltName=email:{address}",
            "-addext", f"keyUsage=critical,{usage}",
            "-addext", "extendedKeyUsage=emailProtection")
        self.openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem",
            "-CAkey", f"{issuer}.key", "-set_serial",
            f"0x{name.encode().hex()}", "-days", str(days),
            "-copy_extensions", "copyall", "-out", f"{name}.pem")
        return (self.dir / f"{name}.pem").read_bytes()

    def certify(self, council):
        """The council asks for a certificate and takes the answer."""
        council.run("setup", "smime", "--request")
        (self.dir / "answer.pem").write_bytes(self.answer(
            (council.dir / "gs/request.csr").read_bytes()))
        (self.dir / "chain.pem").write_bytes(
            (self.dir / "middle.pem").read_bytes() +
            (self.dir / "root.pem").read_bytes())
        for name in ("answer.pem", "chain.pem"):
            (self.dir / name).chmod(0o644)
        council.run("setup", "smime", "--import", self.dir / "answer.pem",
                    "--chain", self.dir / "chain.pem")

    def detached(self, name, inner, boundary="=_sig"):
        der = self.openssl("cms", "-sign", "-binary", "-signer",
                           f"{name}.pem", "-inkey", f"{name}.key",
                           "-outform", "DER", stdin=inner)
        head = ["Content-Type: multipart/signed; protocol=\"application/"
                "pkcs7-signature\";", " micalg=sha-256; boundary=\"" +
                boundary + "\""]
        body = (b"--" + boundary.encode() + b"\r\n" + inner + b"\r\n--" +
                boundary.encode() + b"\r\nContent-Type: application/pkcs7-"
                b"signature; name=\"smime.p7s\"\r\nContent-Transfer-Encoding:"
                b" base64\r\n\r\n" + lines(der) + b"\r\n--" +
                boundary.encode() + b"--\r\n")
        return head, body

    def opaque(self, name, inner):
        return part("signed-data", self.openssl(
            "cms", "-sign", "-binary", "-nodetach", "-signer",
            f"{name}.pem", "-inkey", f"{name}.key", "-outform", "DER",
            stdin=inner))

    def enveloped(self, council, inner):
        return part("enveloped-data", self.openssl(
            "cms", "-encrypt", "-binary", "-aes256", "-outform", "DER",
            council, stdin=inner))

    def opened(self, name, mail):
        """(inner message, its text, the signer's addresses)."""
        assert mail.message.get_content_type() == "application/pkcs7-mime"
        signed = self.openssl(
            "cms", "-decrypt", "-inform", "DER", "-recip", f"{name}.pem",
            "-inkey", f"{name}.key",
            stdin=mail.message.get_payload(decode=True))
        (self.dir / "inside").write_bytes(signed)
        plain = self.openssl("cms", "-verify", "-in", "inside", "-CAfile",
                             "root.pem", "-certfile", "middle.pem",
                             "-signer", "signer.pem")
        who = self.openssl("x509", "-in", "signer.pem", "-noout",
                           "-email").decode().split()
        inner = email.message_from_bytes(plain,
                                         policy=email.policy.default)
        text = inner.get_body(("plain",)).get_content()
        return inner, text.replace("\r\n", "\n"), who


def lines(der):
    text = base64.b64encode(der)
    return b"\r\n".join(text[i:i + 64] for i in range(0, len(text), 64))


def part(kind, der):
    return (["Content-Type: application/pkcs7-mime; smime-type=" + kind +
             "; name=\"smime.p7m\"", "Content-Transfer-Encoding: base64"],
            lines(der) + b"\r\n")


def entity(head, body):
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def imported(w, serial, *days):
    """The council's request to w.ca, its answer, and the import's words."""
    w.council.run("setup", "smime", "--request")
    answer = w.ca.answer((w.council.dir / "gs/request.csr").read_bytes(),
                         serial)
    chain = w.file("chain.pem", (w.ca.dir / "middle.pem").read_bytes() +
                   (w.ca.dir / "root.pem").read_bytes())
    return answer, w.council.run("setup", "smime", "--import",
                                 w.file(serial + ".pem", answer), "--chain",
                                 chain, *days)
