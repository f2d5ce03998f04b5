"""The bytes that a signature over a typed payload covers: DSSE's pre-authentication encoding.

Source: secure-systems-lab/dsse, protocol.md, version 1.0.0. Type and length stand before the payload, so that a
signature over one type of payload, or over a note, never passes for one over another.
"""

from __future__ import annotations


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """`DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`; lengths in decimal bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
