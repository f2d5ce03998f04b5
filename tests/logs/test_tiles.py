"""Tiles and bundles, against the published paths, the 15-entry log of Tessera and the 300 hashes of Sunlight."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from agoranomos.logs import LogFault, SigningKey, Verifier
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from agoranomos.logs.export import TileWriter
from agoranomos.logs.hashes import TileHashes
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.note import parse_note
from agoranomos.logs.signing import sign_note
from agoranomos.logs.tiles import make_bundle, parse_bundle, tile_path, tile_paths
from logs.building import VECTORS, vectors

TESSERA = VECTORS / "tessera_15"
META = vectors("tessera_15/meta.json")
ENTRIES = [text.encode() for text in META["entries"]]
PATHS = vectors("tile_paths.json")


@pytest.mark.parametrize("case", [one for one in PATHS["go"] if not one.get("error")], ids=lambda case: case["path"])
def test_paths_of_go_less_the_height_of_its_tiles(case):
    height = case["H"]
    width = 256 if case["W"] == 1 << height else case["W"]
    assert tile_path(case["L"], case["N"], width) == case["path"].replace(f"tile/{height}/", "tile/")


def test_paths_of_the_specification():
    numbered, seventy, full = PATHS["c2sp"]
    assert tile_path(0, numbered["index"]) == f"tile/0/{numbered['encoded']}"
    assert tile_path("entries", 0, 1) == "tile/entries/000.p/1"
    assert tile_path("entries", 1000) == "tile/entries/x001/000"
    paths = list(tile_paths(seventy["tree_size"]))
    level0 = [path for path in paths if path.startswith("tile/0/")]
    assert len(level0) == seventy["full_level0"] + 1
    assert level0[-1] == f"tile/0/273.p/{seventy['partial_level0']}"
    assert len([path for path in paths if path.startswith("tile/entries/")]) == len(level0)
    assert [path for path in paths if path.startswith(("tile/1/", "tile/2/", "tile/3/"))] == [
        "tile/1/000",
        f"tile/1/001.p/{seventy['partial_level1']}",
        f"tile/2/000.p/{seventy['partial_level2']}",
    ]
    assert (full["full_level0"], full["partial_level1"]) == (1, 1)
    assert list(tile_paths(full["tree_size"])) == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tile_paths(0)) == []


def test_a_bundle_gives_its_entries_again():
    entries = [b"", b"a", b"\n" * 256, b"z" * 65_535]
    bundle = make_bundle(entries)
    assert bundle[:5] == b"\x00\x00\x00\x01a"
    assert parse_bundle(bundle, 4) == entries
    assert parse_bundle(b"", 0) == []


@pytest.mark.parametrize(
    ("bundle", "width"),
    [
        (b"", 1),
        (b"\x00", 1),
        (b"\x00\x01", 1),
        (b"\x00\x02a", 1),
        (b"\x00\x01a", 2),
        (b"\x00\x01a\x00", 2),
        (b"\x00\x01a\x00\x00", 1),
        (b"\x00\x01ab", 1),
        (b"\x00", 0),
    ],
)
def test_a_bundle_of_another_number_of_entries_is_refused(bundle, width):
    with pytest.raises(LogFault, match=f"exactly {width} entries") as caught:
        parse_bundle(bundle, width)
    assert caught.value.kind == "damaged"


def write(folder: Path, entries: list[bytes], step: int = 1) -> bytes:
    writer = TileWriter(folder)
    for at in range(0, len(entries), step):
        writer.append(entries[at : at + step])
    assert writer.size == len(entries)
    return writer.finish()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("size", range(16))
def test_the_log_of_tessera_byte_for_byte(size, tmp_path):
    secret = base64.b64decode(META["skey_test_only"].split("+", 4)[4])
    key = SigningKey.from_seed(META["vkey"].split("+")[0], secret[1:])
    assert key.vkey == META["vkey"]
    root = write(tmp_path, ENTRIES[:size])
    note = (TESSERA / f"checkpoint.{size}").read_bytes()
    assert sign_note(Checkpoint(key.name, size, root).text, key) == note
    assert open_checkpoint(note, Verifier.from_vkey(META["vkey"])) == Checkpoint(key.name, size, root)
    # Of every size there is the partial tile and the bundle, and they are those of the other program.
    assert set(files(tmp_path)) == set(tile_paths(size))
    for name, data in files(tmp_path).items():
        assert data == (TESSERA / name).read_bytes(), name


def test_the_hashes_of_sunlight(tmp_path):
    leaves = b"".join((VECTORS / f"sunlight_300/tile/{name}").read_bytes() for name in ("000", "001.44"))
    (tmp_path / "tile/0/001.p").mkdir(parents=True)
    (tmp_path / "tile/1/000.p").mkdir(parents=True)
    (tmp_path / tile_path(0, 0)).write_bytes(leaves[: 256 * 32])
    (tmp_path / tile_path(0, 1, 44)).write_bytes(leaves[256 * 32 :])
    above = (VECTORS / "sunlight_300/tile_1/000.1").read_bytes()
    hashes = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert root_of(hashes[:256]) == above
    head = parse_checkpoint(parse_note((VECTORS / "sunlight_300/checkpoint").read_bytes()).text)
    assert (head.size, head.root) == (300, root_of(hashes))
    # With the tile of level 1, and computed where it is missing.
    assert TileHashes(tmp_path, 300).root() == head.root
    (tmp_path / tile_path(1, 0, 1)).write_bytes(above)
    assert TileHashes(tmp_path, 300).root() == head.root


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 600])
@pytest.mark.parametrize("step", [1, 7, 256, 1000])
def test_tiles_do_not_depend_on_how_entries_arrive(size, step, tmp_path):
    entries = [b"%d" % index for index in range(size)]
    assert write(tmp_path, entries, step) == root_of(leaf_hashes(entries))
    found = files(tmp_path)
    assert set(found) == set(tile_paths(size))
    bundled = [
        entry
        for number in range((size + 255) // 256)
        for width in [min(256, size - number * 256)]
        for entry in parse_bundle(found[tile_path("entries", number, width)], width)
    ]
    assert bundled == entries
