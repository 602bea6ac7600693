"""The least of an OpenID provider that mod_auth_openidc logs in at: a token endpoint that vouches for one person."""

import base64
import hashlib
import hmac
import http.server
import json
import ssl
import threading
import time
import urllib.parse
from pathlib import Path

from sandbox.certificates import Authority

CLIENT = "bench"
SECRET = "a-secret-of-the-benchmark-alone-0123456789"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _token(claims: dict) -> str:
    text = _part(b'{"alg":"HS256","typ":"JWT"}') + "." + _part(json.dumps(claims).encode())
    return text + "." + _part(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802 (the base class's name)
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        now = int(time.time())
        claims = {"iss": self.server.issuer, "aud": CLIENT, "sub": "user0", "iat": now, "exp": now + 86400,
                  "nonce": form["code"][0]}
        body = json.dumps({"access_token": "none", "token_type": "Bearer", "expires_in": 86400,
                           "id_token": _token(claims)}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # noqa: A002
        pass


class OidcProvider:
    """Serves on a free port of loopback, over TLS, while the context lasts. The code that it is given comes back as the nonce."""

    def __init__(self, folder: Path):
        certificate = Authority(folder).issue("127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.chain, certificate.key)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.issuer = f"https://127.0.0.1:{self._server.server_address[1]}/"
        self._server.issuer = self.issuer

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
