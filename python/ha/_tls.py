# SPDX-License-Identifier: Apache-2.0
"""TLS, where the chip can: a broker whose certificate is not the expected one is not spoken to."""

import ssl
import sys


def wrapper(ca_file):
    """A function that puts TLS on a connected socket. `ca_file` holds the certificate that has signed the broker's."""
    if not hasattr(ssl, "SSLContext"):
        raise ValueError("settings.toml: this board cannot check a certificate; leave HA_TLS out")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        with open(ca_file, "rb") as file:
            data = file.read()
        is_text = data.startswith(b"-----") and sys.implementation.name == "cpython"
        context.load_verify_locations(cadata=data.decode() if is_text else data)
    elif hasattr(context, "load_default_certs"):
        context.load_default_certs()
    else:
        raise ValueError("settings.toml: HA_TLS needs HA_CA, the file with the broker's certificate")
    context.verify_mode = ssl.CERT_REQUIRED
    return lambda socket, host: context.wrap_socket(socket, server_hostname=host)
