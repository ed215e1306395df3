"""Certificates that servers of tests sign themselves."""

import hashlib
import ssl
import subprocess
from pathlib import Path


class Certificate:
    """A new key and its certificate, for that name and for no address."""

    def __init__(self, directory: Path, name: str = "octopi.local") -> None:
        self.file, key = directory / f"{name}.pem", directory / f"{name}.key"
        run = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(self.file)]
        subprocess.run(run, check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.file, key)
        self.fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.file.read_text())).hexdigest()
