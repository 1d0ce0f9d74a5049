# SPDX-License-Identifier: Apache-2.0
"""A real nginx in the place of Home Assistant's ingress: the same prefix, the same headers, the prefix taken off."""

from __future__ import annotations

from pathlib import Path

import httpx

from parts.processes import Process, Registry, free_port
from parts.waiting import eventually

PREFIX = "/api/hassio_ingress/0123456789abcdef"
NGINX = "/usr/sbin/nginx"

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map $http_upgrade $connection_header {{ default upgrade; '' close; }}
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{target}/;
            proxy_bind {source};
            proxy_http_version 1.1;
            proxy_set_header Host 172.30.33.4:8099;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
            proxy_set_header Accept-Encoding "";
            proxy_set_header X-Ingress-Path {prefix};
            proxy_set_header X-Hass-Source core.ingress;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Proto http;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Remote-User-Id 1f2e3d4c;
            proxy_set_header X-Remote-User-Name anna;
            proxy_set_header X-Remote-User-Display-Name "Anna";
        }}
        location / {{ return 404; }}
    }}
}}
"""


class Ingress:
    """`source` is the address from which it speaks to the hub; all of 127.0.0.0/8 is ours."""

    def __init__(self, registry: Registry, folder: Path, target: int, source: str = "127.0.0.2"):
        folder.mkdir(parents=True)
        self._port = free_port()
        file = folder / "nginx.conf"
        file.write_text(
            CONFIGURATION.format(folder=folder, port=self._port, target=target, source=source, prefix=PREFIX)
        )
        self._access = folder / "access.log"
        argv = [NGINX, "-c", str(file), "-p", str(folder)]
        self.process = registry.add(Process("nginx", argv, folder / "nginx.log"))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return f"{self.origin}{PREFIX}/"

    def start(self) -> None:
        self.process.start()
        eventually(lambda: httpx.get(self.origin, timeout=2).status_code == 404, 10, "nginx answers", every=0.02)

    def outside(self) -> list[str]:
        """Requests that left the prefix: a page that knows no prefix would make them."""
        lines = self._access.read_text().splitlines()
        of_the_frame = ('"GET / HTTP', '"GET /favicon.ico HTTP')  # Home Assistant's own part of the window
        return [line for line in lines if PREFIX not in line and not any(own in line for own in of_the_frame)]
