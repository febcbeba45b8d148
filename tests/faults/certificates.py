"""Certificates made on the spot: a good one, and each of those that must be refused."""

import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Signs certificates; who trusts `file` trusts them."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path

    @property
    def file(self) -> str:
        """The authority's own certificate, as a file."""
        path = self.folder / f"{self.certificate.serial_number}.pem"
        path.write_bytes(_pem(self.certificate))
        return str(path)

    def serve(self, host: str = "127.0.0.1", *, days: int = 30) -> ssl.SSLContext:
        """How a server with a certificate for `host` speaks, good for so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(host, key, self.certificate.subject, days)
        # From Python 3.13 on, a certificate that does not name its authority is refused.
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(
            self.key.public_key()
        )
        certificate = builder.add_extension(issued_by, critical=False).sign(
            self.key, hashes.SHA256()
        )
        return self._context(key, certificate)

    def serve_old(self) -> ssl.SSLContext:
        """The same, but with TLS 1.1 and nothing newer."""
        context = self.serve()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    def _context(
        self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
    ) -> ssl.SSLContext:
        path = self.folder / f"{certificate.serial_number}-server.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(secret + _pem(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def new_authority(folder: Path) -> Authority:
    """An authority that nobody knows yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of the tests")
    builder = _builder("authority.invalid", key, name, 30, subject=name)
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    signed = (
        builder.add_extension(constraints, critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return Authority(key, signed, folder)


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _builder(
    host: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    days: int,
    *,
    subject: x509.Name | None = None,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    ends = now + days * _DAY
    return (
        x509.CertificateBuilder()
        .subject_name(subject or _name(host))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, ends) - 30 * _DAY)
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([_general(host)]), critical=False)
    )


def _general(host: str) -> x509.GeneralName:
    is_address = host.replace(".", "").isdigit()
    return x509.IPAddress(ip_address(host)) if is_address else x509.DNSName(host)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
