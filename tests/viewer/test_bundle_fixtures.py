"""What the front end's own tests read was written by the program, and is what it writes today.

Written again by: PYTHONPATH=src:tests python -c "from viewer.test_bundle_fixtures import write; write()"
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import pytest

from agoranomos.logs import LogWriter
from agoranomos.logs.verify import verify_log
from agoranomos.viewer import bundle
from agoranomos.viewer.bundle import Prompts, bundled, read_log
from agoranomos.viewer.bundle_file import unbundled
from agoranomos.viewer.bundle_prompts import packed
from agoranomos.viewer.bundle_text import read_line, write_line
from logs.building import RUN, TRUSTED, WORKSPACE

FOLDER = Path(__file__).parents[2] / "web" / "tests"
ODD, WRITTEN = FOLDER / "bundle-odd.html", FOLDER / "bundle-written.json"
TEMPLATE = '<!-- policy --><style></style><script type="module">0</script>\n<!-- data -->\n'
TEXTS = (
    "nothing to see",
    "</script><script>alert(1)</script>",
    "</SCRIPT > and <!-- <script and --> and ]]>",
    "100 % and %3C and %zz and %",
    "\u2028line\u2029paragraph\x85next \ufeffmark \ufffdreplacement",
    "tab\t, return\r, both\r\n, nul\0, bell\x07, delete\x7f",
    "/script and !-- stand alone, a/Script, !-",
    "Ångström, naïve, 市場, \U0001f3f4\U000e0067, \U000103ff, e\u0301",
    '"quoted" \\ and \\" and {"seq":3}',
    "",
)
OCTETS = (
    b"\xff\xfe",
    b"\xc3(",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x8f",
    b"\xef\xbf\xbd",
    b"\xe2\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\x00\x01\x0d\x1f",
    b"a\xe2\x80\xa8b\xff/script\xfe!--",
)


def odd_entries() -> list[bytes]:
    """Sixty entries, none of them a run's: what a log may hold and a page could take for more."""
    entries = []
    for index in range(60):
        if index % 6 == 5:
            body = b'"' + OCTETS[index // 6 % len(OCTETS)] * (1 + index % 3) + b'"'
        else:
            body = json.dumps(TEXTS[index % len(TEXTS)] * (1 + index % 4), ensure_ascii=index % 2 == 0).encode()
            body = body.replace(b"\\u0000", b"\0") if index % 3 == 0 else body
        entries.append(b'{"body":%b,"kind":"odd","round":%d,"seq":%d}' % (body, index // 4, index))
    return entries


def odd_log(folder: Path) -> Path:
    log = LogWriter.create(folder, RUN.verifier.name, key=RUN, certifier=WORKSPACE, durable="append")
    entries = odd_entries()
    for first in range(0, 60, 20):
        log.append(entries[first : first + 20])
    log.put_blob(b"a long reply </script>" * 40)
    log.close()
    return folder


def odd_bundle(folder: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(bundle, "__version__", "0")
    return bundled(
        TEMPLATE, read_log(odd_log(folder)), "odd/arm/0", Prompts((packed(b"[]\n[]\n"),), "one is no prompt")
    )


def written() -> str:
    """Lines and how they are written, each octet of a line two hexadecimal digits."""
    draw = random.Random("lines")
    lines = [text.encode() for text in TEXTS] + list(OCTETS)
    lines += [bytes(draw.choices(range(256), k=draw.randrange(40))).replace(b"\n", b"") for _ in range(300)]
    lines += ["".join(draw.choices("%<!-/scriptSCRIPT0A\u2028\u017f\u0130", k=24)).encode() for _ in range(100)]
    return json.dumps([[line.hex(), write_line(line)] for line in lines], indent=0) + "\n"


def write() -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        ODD.write_bytes(odd_bundle(Path(folder) / "log", patch))
    WRITTEN.write_text(written(), encoding="utf-8")


def test_the_front_end_reads_what_the_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ODD.read_bytes() == odd_bundle(tmp_path / "log", monkeypatch)
    assert WRITTEN.read_text(encoding="utf-8") == written()
    assert all(read_line(text.encode()) == bytes.fromhex(line) for line, text in json.loads(written()))


def test_the_fixture_is_a_log_that_verifies() -> None:
    found = unbundled(ODD)
    assert found is not None
    folder = found.folder
    assert verify_log(folder, TRUSTED).size == 60
    assert (folder / "entries/000000000000.jsonl").read_bytes().split(b"\n")[:-1] == odd_entries()
