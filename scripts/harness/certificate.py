"""A certificate for 127.0.0.1 that is its own authority."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificate:
    file: Path
    key: Path

    @staticmethod
    def make(folder: Path) -> Certificate:
        made = Certificate(folder / "certificate.pem", folder / "certificate.key")
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", "/CN=Edgewright test", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", str(made.key), "-out", str(made.file),
            ],
            check=True,
            capture_output=True,
        )
        return made

    def trust(self) -> None:
        """Makes this script and the curl that it starts from now on take it for good."""
        os.environ["SSL_CERT_FILE"] = os.environ["CURL_CA_BUNDLE"] = str(self.file)
