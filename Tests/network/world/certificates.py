"""Certificates of the tests' own authorities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .namespaces import run


@dataclass
class Certificate:
    certificate: Path
    key: Path

    @property
    def bundle(self) -> Path:
        """Both in one file, as HAProxy wants them."""
        path = self.certificate.with_suffix(".bundle")
        path.write_text(self.certificate.read_text() + self.key.read_text())
        return path


class Authority:
    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._name = name
        self._key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-keyout", str(self._key), "-out", str(self.certificate))

    def issue(self, name: str, *subjects: str) -> Certificate:
        """For subjects such as `IP:10.203.1.1` and `DNS:*.edge.test`."""
        key, certificate = self._folder / f"{name}.key", self._folder / f"{name}.pem"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(subjects)}\n")
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request))
        run("openssl", "x509", "-req", "-in", str(request), "-days", "2", "-CA", str(self.certificate),
            "-CAkey", str(self._key), "-CAcreateserial", "-extfile", str(extensions), "-out", str(certificate))
        return Certificate(certificate, key)
