"""A certificate for this machine, by an authority that is made for it and that nobody trusts who is not told to."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mkd_core.errors import InvalidInput

_NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "MKD simulator")])
_USE = {
    **dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement", "encipher_only"), False),
    **dict.fromkeys(("decipher_only", "key_encipherment"), False),
}


def made(authority: Path) -> ssl.SSLContext:
    """The context of a server; the certificate of its authority is written to that file.

    Raises ``InvalidInput`` (MKD732) when it cannot be.
    """
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _signed(_NAME, root_key, root_key, x509.BasicConstraints(ca=True, path_length=0))
    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    leaf = _signed(own, key, root_key, x509.BasicConstraints(ca=False, path_length=None))
    try:
        authority.write_bytes(root.public_bytes(Encoding.PEM))
    except OSError as error:
        raise InvalidInput(
            "MKD732",
            f"the certificate cannot be written: {error.strerror or type(error).__name__}",
            where=str(authority),
            mend="name a file in a folder that is there and may be written",
        ) from None
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder, "chain.pem")
        chain.touch(mode=0o600)
        chain.write_bytes(private + leaf.public_bytes(Encoding.PEM))
        context.load_cert_chain(chain)
    return context


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    constraints: x509.BasicConstraints,
) -> x509.Certificate:
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=constraints.ca, crl_sign=constraints.ca, **_USE)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(constraints, critical=True)
        .add_extension(usage, critical=True)
        .add_extension(names, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
