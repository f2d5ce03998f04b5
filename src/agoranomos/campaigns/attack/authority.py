"""A throw-away time-stamping authority, for forging time stamps and for showing that true ones verify.

It writes the DER of RFC 3161, section 2.4 (with the signed attributes of RFC 5652, section 5.3, and RFC 5816) by hand,
for the one shape that is needed; reading is left to the library. Nobody should trust such an authority with anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from agoranomos.logs.timestamp import Authority

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_POLICY = "1.3.6.1.4.1.57264.2"

_SEQUENCE, _SET, _OCTETS, _INTEGER, _OID, _TIME, _FIRST = 0x30, 0x31, 0x04, 0x02, 0x06, 0x18, 0xA0


@dataclass(frozen=True, slots=True)
class ThrowAwayAuthority:
    """A root, an authority that it certifies, and that one's private key."""

    authority: Authority
    _private: EllipticCurvePrivateKey

    @classmethod
    def make(cls, name: str, *, valid_from: datetime | None = None, days: int = 3650) -> ThrowAwayAuthority:
        """A new authority of that name, valid for `days` from `valid_from` (default: 2020)."""
        start = valid_from or datetime(2020, 1, 1, tzinfo=UTC)
        root_key, private = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
        root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} root")])
        own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder().issuer_name(root_name).not_valid_before(start)
        builder = builder.not_valid_after(start + timedelta(days=days))
        root = (
            builder.subject_name(root_name)
            .serial_number(x509.random_serial_number())
            .public_key(root_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(root_key, SHA256())
        )
        own = (
            builder.subject_name(own_name)
            .serial_number(x509.random_serial_number())
            .public_key(private.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(root_key, SHA256())
        )
        return cls(Authority(own, (root,)), private)

    def stamp(
        self, message: bytes, time: datetime, *, extra: tuple[x509.Certificate, ...] = (), signers: int = 1
    ) -> bytes:
        """A granted response over SHA-256 of `message` at `time`, signed `signers` times.

        `extra` certificates are put into its bag, which nobody signs.
        """
        info = _der(
            _SEQUENCE,
            _integer(1),
            _oid(_POLICY),
            _der(_SEQUENCE, _algorithm(_SHA256), _der(_OCTETS, sha256(message).digest())),
            _integer(1),
            _der(_TIME, time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
        )
        certificate = self.authority.certificate
        encoded = certificate.public_bytes(Encoding.DER)
        attributes = _set(
            _attribute(_CONTENT_TYPE, _oid(_TST_INFO)),
            _attribute(_MESSAGE_DIGEST, _der(_OCTETS, sha256(info).digest())),
            _attribute(
                _SIGNING_CERTIFICATE,
                _der(_SEQUENCE, _der(_SEQUENCE, _der(_SEQUENCE, _der(_OCTETS, sha256(encoded).digest())))),
            ),
        )
        signer = _der(
            _SEQUENCE,
            _integer(1),
            _der(_SEQUENCE, certificate.issuer.public_bytes(), _integer(certificate.serial_number)),
            _algorithm(_SHA256),
            bytes([_FIRST]) + attributes[1:],
            _algorithm(_ECDSA_SHA256),
            _der(_OCTETS, self._private.sign(attributes, ECDSA(SHA256()))),
        )
        bag = sorted([encoded, *(one.public_bytes(Encoding.DER) for one in extra)])
        signed = _der(
            _SEQUENCE,
            _integer(3),
            _set(_algorithm(_SHA256)),
            _der(_SEQUENCE, _oid(_TST_INFO), _der(_FIRST, _der(_OCTETS, info))),
            _der(_FIRST, *bag),
            _set(*[signer] * signers),
        )
        token = _der(_SEQUENCE, _oid(_SIGNED_DATA), _der(_FIRST, signed))
        return _der(_SEQUENCE, _der(_SEQUENCE, _integer(0)), token)


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _set(*parts: bytes) -> bytes:
    return _der(_SET, *sorted(parts))


def _integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    encoded = bytearray([40 * first + second])
    for part in rest:
        septets = [part & 0x7F]
        while part := part >> 7:
            septets.insert(0, 0x80 | part & 0x7F)
        encoded += bytes(septets)
    return _der(_OID, bytes(encoded))


def _algorithm(dotted: str) -> bytes:
    return _der(_SEQUENCE, _oid(dotted))


def _attribute(dotted: str, value: bytes) -> bytes:
    return _der(_SEQUENCE, _oid(dotted), _set(value))
