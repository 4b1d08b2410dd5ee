"""Web Key Directories behind a proxy: https servers of many names in this
process, with an authority of their own, and everything that was asked."""
import http.server
import socket
import ssl
import subprocess
import threading

from . import wait


class Directory:
    """answers: (host, path without query) -> (status, headers, body), or a
    function of the handler. Hosts are those that have a certificate."""

    def __init__(self, folder):
        self.dir = folder
        self.dir.mkdir(mode=0o755)
        self.answers, self.asked, self.connected = {}, [], []
        self.contexts, self.stopped = {}, threading.Event()
        self.refuses = None            # what the proxy says to everybody
        self.openssl("req", "-x509", *self.new_key("ca"), "-out", "ca.pem",
                     "-subj", "/CN=ca", "-days", "30")
        self.ca = self.dir / "ca.pem"
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), handler(self), bind_and_activate=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self.choose
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True,
            do_handshake_on_connect=False)
        self.proxy = socket.create_server(("127.0.0.1", 0))
        self.port = self.proxy.getsockname()[1]
        for run in (self.server.serve_forever, self.accept):
            threading.Thread(target=run, daemon=True).start()

    def openssl(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], cwd=self.dir,
                              capture_output=True)
        if done.returncode:
            raise AssertionError(f"openssl {words}: {done.stderr.decode()}")

    @staticmethod
    def new_key(name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-nodes", "-keyout", name + ".key"]

    def host(self, host, named=None, own=False, days=30):
        """A server of this name; named: what its certificate says; own: by
        no authority."""
        (self.dir / "ext").write_text(f"subjectAltName=DNS:{named or host}\n")
        self.openssl("req", "-new", *self.new_key(host), "-out",
                     host + ".csr", "-subj", "/CN=x")
        signer = ["-signkey", host + ".key"] if own else \
            ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"]
        self.openssl("x509", "-req", "-in", host + ".csr", *signer, "-days",
                     days, "-extfile", "ext", "-out", host + ".pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.dir / (host + ".pem"),
                                self.dir / (host + ".key"))
        self.contexts[host] = context

    def choose(self, connection, name, _):
        if name not in self.contexts:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self.contexts[name]
        return None

    # the proxy

    def accept(self):
        while True:
            try:
                client, _ = self.proxy.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,),
                             daemon=True).start()

    def carry(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                client.close()
                return
            head += more
        self.connected.append(head.decode())
        host = head.split()[1].decode().rpartition(":")[0]
        if self.refuses or host not in self.contexts:
            client.sendall(f"HTTP/1.1 {self.refuses or '502 no such host'}"
                           "\r\n\r\n".encode())
            client.close()
            return
        server = socket.create_connection(self.server.server_address)
        client.sendall(b"HTTP/1.1 200 connected\r\n\r\n")
        back = threading.Thread(target=pump, args=(server, client),
                                daemon=True)
        back.start()
        pump(client, server)
        back.join()
        client.close()
        server.close()

    def stop(self):
        self.stopped.set()
        self.proxy.close()
        self.server.shutdown()
        self.server.server_close()


def pump(one, other):
    try:
        while True:
            data = one.recv(65536)
            if not data:
                break
            other.sendall(data)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def handler(directory):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            host = self.headers.get("Host", "")
            path, _, query = self.path.partition("?")
            directory.asked.append((host, path, query, self.headers))
            answer = directory.answers.get((host, path), (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler
