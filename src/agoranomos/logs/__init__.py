"""The signed, append-only log of one run: RFC 6962 tree, C2SP checkpoints, Ed25519. It sees bytes only.

docs/log-format.md says what lies in a log's folder, and what a log can and cannot prove.
"""

from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.faults import LogFault, WriteFailed
from agoranomos.logs.keys import Verifier
from agoranomos.logs.keystore import KeyStore, read_vkeys
from agoranomos.logs.log import MAX_ENTRY_BYTES, Acknowledgement, Log
from agoranomos.logs.memory import MemoryLog
from agoranomos.logs.reader import LogReader, Recorded, read_blob, read_recorded, recorded, was_closed
from agoranomos.logs.recovery import Recovery, Tail, unsigned_tail
from agoranomos.logs.signing import SigningKey
from agoranomos.logs.storage import DiskStorage, Storage
from agoranomos.logs.verification import Verification
from agoranomos.logs.verify import Verifying, verify_log
from agoranomos.logs.writer import LogWriter

__all__ = [
    "MAX_ENTRY_BYTES",
    "Acknowledgement",
    "Checkpoint",
    "DiskStorage",
    "KeyStore",
    "Log",
    "LogFault",
    "LogReader",
    "LogWriter",
    "MemoryLog",
    "Recorded",
    "Recovery",
    "SigningKey",
    "Storage",
    "Tail",
    "Verification",
    "Verifier",
    "Verifying",
    "WriteFailed",
    "read_blob",
    "read_recorded",
    "read_vkeys",
    "recorded",
    "unsigned_tail",
    "verify_log",
    "was_closed",
]
