"""nginx as docs/deployment/nginx.conf sets it up, in front of a server of the tests."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from espace_cli import process
from espace_cli.setup.environment import find_nginx

SITE = Path(__file__).parents[1] / "docs/deployment/nginx.conf"
NAME = "localhost"

MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Proxy:
    """The proxy of an installation: HTTPS for whoever comes, HTTP for Odoo.

    :param ports: of one server, or those of several that share the work
    """

    def __init__(self, ports, live_ports):
        self.ports = {"8069": ports, "8072": live_ports}
        self.http, self.https = process.free_port(), process.free_port()
        self.url = f"https://{NAME}:{self.https}"
        self.plain_url = f"http://{NAME}:{self.http}"

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        with tempfile.TemporaryDirectory(prefix="espace-nginx-") as folder:
            self.folder = Path(folder)
            self._certify()
            (self.folder / "site.conf").write_text(self.site(), encoding="utf-8")
            user = "user root;" if os.geteuid() == 0 else ""
            main = self.folder / "nginx.conf"
            main.write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
            running = process.start(
                [find_nginx(), "-p", folder, "-c", main], stderr=subprocess.PIPE
            )
            try:
                if not process.wait_for(self._answers, 20):
                    running.kill()
                    raise RuntimeError(running.stderr.read().decode())
                yield self
            finally:
                process.stop(running)
                running.stderr.close()

    def site(self):
        """Return the file with what an installation replaces in it."""
        text = SITE.read_text(encoding="utf-8")
        for written, here in (
            ("/etc/letsencrypt/live/famille.example.org", str(self.folder)),
            ("famille.example.org", NAME),
            ("server 127.0.0.1:8069;", self._servers("8069")),
            ("server 127.0.0.1:8072;", self._servers("8072")),
            ("listen 80;", f"listen 127.0.0.1:{self.http};"),
            ("listen [::]:80;", ""),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.https} ssl http2;"),
            ("listen [::]:443 ssl http2;", ""),
        ):
            if written not in text:
                raise ValueError(f"{SITE.name} no longer says {written!r}")
            text = text.replace(written, here)
        return text

    def _servers(self, written):
        """Return the lines of an upstream; one that fails is left out for 10 s."""
        ports = self.ports[written]
        ports = ports if isinstance(ports, list) else [ports]
        return "\n    ".join(f"server 127.0.0.1:{port};" for port in ports)

    def _certify(self):
        """Make a certificate that only these tests trust."""
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-days", "2", "-subj", f"/CN={NAME}"),
                *("-addext", f"subjectAltName=DNS:{NAME}"),
                *("-keyout", self.folder / "privkey.pem"),
                *("-out", self.folder / "fullchain.pem"),
            ],
            check=True,
            capture_output=True,
        )

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.https), 1).close()
        except OSError:
            return False
        return True

    def visitor(self, address="127.0.0.1"):
        """Return a session of requests that comes from an address of this machine."""
        session = requests.Session()
        session.verify = str(self.folder / "fullchain.pem")
        session.trust_env = False
        adapter = From(address)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class From(HTTPAdapter):
    """Connections that come from this address."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        kwargs["source_address"] = (self.address, 0)
        super().init_poolmanager(*args, **kwargs)
