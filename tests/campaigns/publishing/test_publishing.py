"""A package is the same bytes each time, verifies for whoever has the key, and shows every change."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns import build_tables
from agoranomos.campaigns.publishing import check_package, publish
from agoranomos.campaigns.publishing.inventory import INVENTORY, ROOT, Listed, inventory_bytes, root_of_inventory
from agoranomos.errors import AgoraError, Finding, UsageError
from campaigns.laboratory import MOCK, SCRIPTED, Lab, make_lab
from campaigns.publishing.repacking import Files, all_bytes, holding, put_together, taken_apart


class Package:
    """A campaign that was run, and its package."""

    def __init__(self, root: Path, text: str, *settings: str) -> None:
        self.lab: Lab = make_lab(root)
        self.plan = self.lab.plan(text, *settings)
        self.lab.run(self.plan)
        self.folder = self.lab.folder(self.plan)
        build_tables(self.folder, self.lab.trusted())
        (self.folder.root / "report").mkdir()
        (self.folder.root / "report" / "index.html").write_text("<p>what was found</p>")
        self.file = root / "package.tar.gz"
        self.made = publish(self.folder.root, self.file, self.lab.trusted())
        self.top, self.files = taken_apart(self.file)

    def forged(self, place: Path, files: Files, **how: Any) -> Path:
        return put_together(place / "forged.tar.gz", self.top, files, **how)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package(tmp_path_factory.mktemp("package"), SCRIPTED, "rounds=8", "seeds=1")


@pytest.fixture(scope="module")
def withheld(tmp_path_factory: pytest.TempPathFactory) -> Package:
    text = MOCK + "privacy: committed\n"
    return Package(tmp_path_factory.mktemp("withheld"), text, "seeds=1", "rounds=2")


def test_a_package_verifies_under_the_owners_key_and_the_root_that_was_printed(package: Package) -> None:
    checked = check_package(package.file, package.lab.trusted(), root=package.made.root)
    assert checked.faults == ()
    assert checked.root == package.made.root
    assert checked.files == package.made.files
    ((place, campaign),) = checked.campaigns
    assert place == ""
    assert [run.state for run in campaign.runs] == ["verified"] * len(package.plan.runs())
    (tables,) = checked.tables
    assert set(tables.same) == {path.name for path in package.folder.tables.glob("*.parquet")}
    assert not tables.different
    assert not any("root hash was not held" in line for line in checked.not_excluded)


def test_the_same_folder_gives_the_same_bytes_whatever_the_archive_is_called(package: Package, tmp_path: Path) -> None:
    again = publish(package.folder.root, tmp_path / "other.tgz", package.lab.trusted())
    assert again.root == package.made.root
    assert again.file.read_bytes() == package.file.read_bytes()
    with tarfile.open(again.file) as archive:
        assert {(member.mtime, member.uid, member.uname, member.mode) for member in archive} == {(0, 0, "", 0o644)}


def test_the_root_is_that_of_the_recipe_in_the_readme(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = package.files["README.md"].decode()
    recipe = "\n".join(line[4:] for line in page.splitlines() if line.startswith("    "))
    recipe = recipe[recipe.index("import hashlib") :]
    (tmp_path / INVENTORY).write_bytes(package.files[INVENTORY])
    monkeypatch.chdir(tmp_path)
    exec(recipe, {})
    assert capsys.readouterr().out.strip() == package.made.root
    assert package.files[ROOT] == f"sha256:{package.made.root} {package.made.files}\n".encode()


def test_the_codebook_names_every_column_of_every_table(package: Package) -> None:
    page = package.files["CODEBOOK.md"].decode()
    for path in package.folder.tables.glob("*.parquet"):
        for field in pq.read_schema(path):
            assert f"| `{field.name}` | {field.type} |" in page
            assert field.metadata[b"meaning"].decode().replace("|", "\\|") in page


def test_what_is_not_named_stays_at_home(package: Package, tmp_path: Path) -> None:
    for name in ("private/secret", "notes.txt", "status.json", "runs/.hidden"):
        (package.folder.root / name).parent.mkdir(exist_ok=True)
        (package.folder.root / name).write_text("not for others")
    made = publish(package.folder.root, tmp_path / "p.tar.gz", package.lab.trusted())
    assert made.root == package.made.root
    assert {"private", "notes.txt", "status.json", "runs/.hidden"} <= set(made.left_out)
    assert b"not for others" not in all_bytes(made.file)


def test_withheld_texts_and_their_nonces_never_leave(withheld: Package) -> None:
    everything = all_bytes(withheld.file)
    kept = [path for path in (withheld.folder.root / "private").rglob("*") if path.is_file()]
    assert len(kept) > 4
    for path in kept:
        content = path.read_bytes()
        assert content not in everything
        for piece in content.replace(b'"', b"\n").split(b"\n"):
            assert len(piece) < 24 or piece not in everything, (path, piece)
    assert not any("private" in path for path in withheld.files)
    assert b"Prompts and replies of models are withheld" in withheld.files["README.md"]
    assert not check_package(withheld.file, withheld.lab.trusted()).faults


def test_whoever_trusts_nobody_cannot_decide(package: Package) -> None:
    checked = check_package(package.file, ())
    assert getattr(checked.faults[0], "kind", "") == "undecided"


@pytest.mark.parametrize(
    "beginning", ["plan.json", "ledger/entries", "runs/", "tables/rounds", "report/", "KEYS", "README"]
)
def test_a_changed_file_is_found(package: Package, tmp_path: Path, beginning: str) -> None:
    path = next(path for path in sorted(package.files) if path.startswith(beginning))
    content = bytearray(package.files[path])
    content[len(content) // 2] ^= 1
    forged = package.forged(tmp_path, package.files | {path: bytes(content)}, listed=False)
    with pytest.raises(Finding, match=r"is not the file that FILES\.jsonl lists"):
        check_package(forged, package.lab.trusted())


@pytest.mark.parametrize(
    "beginning", ["plan.json", "ledger/entries", "runs/", "tables/rounds", "report/", "KEYS", "README"]
)
def test_a_changed_file_in_a_list_that_was_made_to_fit_has_another_root(
    package: Package, tmp_path: Path, beginning: str
) -> None:
    path = next(path for path in sorted(package.files) if path.startswith(beginning))
    content = bytearray(package.files[path])
    content[len(content) // 2] ^= 1
    forged = package.forged(tmp_path, package.files | {path: bytes(content)})
    with pytest.raises(Finding, match="not the one that was given"):
        check_package(forged, package.lab.trusted(), root=package.made.root)
    if beginning in ("plan.json", "ledger/entries", "runs/", "tables/rounds"):  # the record itself vouches for these
        with suppress(AgoraError):  # a plan that is no JSON any more stops the check at once
            assert check_package(forged, package.lab.trusted()).faults


def test_better_figures_in_a_table_do_not_follow_from_the_logs(package: Package, tmp_path: Path) -> None:
    table = pq.read_table(io.BytesIO(package.files["tables/rounds.parquet"]))
    lower = pc.multiply(table.column("price_mean"), pa.scalar(0.99))
    place = table.schema.get_field_index("price_mean")
    written = io.BytesIO()
    pq.write_table(table.set_column(place, table.schema.field(place), lower), written)
    forged = package.forged(tmp_path, package.files | {"tables/rounds.parquet": written.getvalue()})
    (fault,) = check_package(forged, package.lab.trusted()).faults
    assert "tables/rounds.parquet does not follow from the logs" in fault.message


def test_the_same_rows_in_other_bytes_are_equal(package: Package, tmp_path: Path) -> None:
    table = pq.read_table(io.BytesIO(package.files["tables/rounds.parquet"]))
    written = io.BytesIO()
    pq.write_table(table, written, compression="none")
    forged = package.forged(tmp_path, package.files | {"tables/rounds.parquet": written.getvalue()})
    checked = check_package(forged, package.lab.trusted())
    assert not checked.faults
    assert checked.tables[0].equal == ("rounds.parquet",)


def test_a_table_of_an_earlier_version_is_compared_by_the_columns_that_it_has(package: Package, tmp_path: Path) -> None:
    table = pq.read_table(io.BytesIO(package.files["tables/rounds.parquet"]))
    earlier = table.drop_columns(["welfare"]).replace_schema_metadata({"agora_version": "1"})
    for found, faults in ((earlier, 0), (earlier.slice(1), 1), (table.drop_columns(["welfare"]), 1)):
        written = io.BytesIO()
        pq.write_table(found, written)
        forged = package.forged(tmp_path, package.files | {"tables/rounds.parquet": written.getvalue()})
        assert len(check_package(forged, package.lab.trusted()).faults) == faults


def test_a_run_that_is_left_out_is_missed(package: Package, tmp_path: Path) -> None:
    run = next(path for path in sorted(package.files) if path.startswith("runs/")).rsplit("/", 1)[0]
    arm = "/".join(run.split("/")[:3])
    left = {path: content for path, content in package.files.items() if not path.startswith(f"{arm}/")}
    assert len(left) < len(package.files)
    assert check_package(package.forged(tmp_path, left), package.lab.trusted()).faults


def test_files_that_are_missing_or_too_many_are_found(package: Package, tmp_path: Path) -> None:
    files = dict(package.files)
    del files["README.md"]
    with pytest.raises(Finding, match=r"README\.md is missing"):
        check_package(package.forged(tmp_path, files, listed=False), ())
    with pytest.raises(Finding, match="is in the package and not in"):
        check_package(package.forged(tmp_path, package.files | {"more.txt": b"x"}, listed=False), ())
    with pytest.raises(Finding, match="may not stand in a package"):
        check_package(package.forged(tmp_path, package.files | {"private/x": b"x"}), ())
    with pytest.raises(Finding, match="does not lead to the root"):
        check_package(
            package.forged(tmp_path, package.files | {ROOT: b"sha256:" + b"0" * 64 + b" 1\n"}, listed=False), ()
        )


@pytest.mark.parametrize("name", ["top/../../escaped", "/escaped", "top/./x", "top/a//b", "alone", "top/a\\b"])
def test_no_file_lands_outside(tmp_path: Path, name: str) -> None:
    with pytest.raises(Finding, match="no plain file below one folder"):
        check_package(holding(tmp_path / "p.tar.gz", tarfile.TarInfo(name)), ())
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_only_plain_files_are_taken(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("top/x")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(Finding, match="no plain file"):
        check_package(holding(tmp_path / "p.tar.gz", member), ())


def test_odd_archives_are_told_in_words(package: Package, tmp_path: Path) -> None:
    whole = package.file.read_bytes()
    for content, why in [(whole[:-2000], "cut off"), (b"plain text", "no package"), (b"", "no package|empty")]:
        (tmp_path / "odd.tar.gz").write_bytes(content)
        with pytest.raises(Finding, match=why):
            check_package(tmp_path / "odd.tar.gz", ())
    twice = holding(tmp_path / "t.tar.gz", tarfile.TarInfo("top/x"), tarfile.TarInfo("top/x"))
    with pytest.raises(Finding, match="twice"):
        check_package(twice, ())
    two = holding(tmp_path / "t.tar.gz", tarfile.TarInfo("top/x"), tarfile.TarInfo("other/x"))
    with pytest.raises(Finding, match="more than one folder"):
        check_package(two, ())
    with pytest.raises(Finding, match="unpacks to more than 10,000 bytes"):
        check_package(package.file, (), limit=10_000)
    with pytest.raises(UsageError, match="no file"):
        check_package(tmp_path / "nothing.tar.gz", ())


def test_only_what_verifies_is_published(package: Package, tmp_path: Path) -> None:
    with pytest.raises(Finding, match="is not handed on"):
        publish(package.folder.root, tmp_path / "p.tar.gz", ())
    with pytest.raises(UsageError, match="no campaign's folder"):
        publish(tmp_path, tmp_path / "p.tar.gz", package.lab.trusted())
    assert not (tmp_path / "p.tar.gz").exists()


def test_a_link_among_the_files_is_refused(package: Package, tmp_path: Path) -> None:
    link = package.folder.root / "report" / "link"
    link.symlink_to("/etc/hostname")
    try:
        with pytest.raises(Finding, match="is a link"):
            publish(package.folder.root, tmp_path / "p.tar.gz", package.lab.trusted())
    finally:
        link.unlink()


def test_a_list_of_files_has_one_form() -> None:
    one, other = Listed("a", hashlib.sha256(b"1").hexdigest(), 1), Listed("b", hashlib.sha256(b"2").hexdigest(), 1)
    left, right = (hashlib.sha256(b"\0" + line).digest() for line in inventory_bytes([one, other]).splitlines())
    assert root_of_inventory([one, other]) == hashlib.sha256(b"\1" + left + right).digest()


def _with_header(path: Path, content: bytes, size: int | None = None) -> Path:
    """An archive whose first file has an extended header of this content, which claims to be of this size."""
    extended = tarfile.TarInfo("././@PaxHeader")
    extended.type, extended.size = tarfile.XHDTYPE, len(content) if size is None else size
    block = content + b"\0" * (-len(content) % tarfile.BLOCKSIZE)
    plain = tarfile.TarInfo("a/b").tobuf(tarfile.USTAR_FORMAT)
    path.write_bytes(gzip.compress(extended.tobuf(tarfile.GNU_FORMAT) + block + plain + b"\0" * 1024))
    return path


@pytest.mark.parametrize("content", [b"25 GNU.sparse.map=a,b,c,d\n", b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"])
def test_a_header_that_tar_cannot_read_is_a_finding(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Finding, match="no package"):
        check_package(_with_header(tmp_path / "odd.tar.gz", content), ())


def test_a_header_is_not_read_into_memory_whatever_it_claims(tmp_path: Path) -> None:
    with pytest.raises(Finding, match="a header of 8,589,934,592 bytes"):
        check_package(_with_header(tmp_path / "long.tar.gz", b"", 1 << 33), ())


@pytest.mark.parametrize("names", [("a/x", "a/x/y"), ("a/x/y", "a/x"), ("a/" + "n" * 300,)])
def test_files_that_cannot_lie_beside_each_other_are_a_finding(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = holding(tmp_path / "odd.tar.gz", *map(tarfile.TarInfo, names))
    with pytest.raises(Finding, match="cannot lie where"):
        check_package(path, ())


def test_a_folder_put_in_the_way_of_the_check_stops_nothing(package: Package, tmp_path: Path) -> None:
    files = package.files | {"tables.packed/x": b"in the way"}
    checked = check_package(package.forged(tmp_path, files), package.lab.trusted())
    assert not checked.faults


def test_more_than_the_bound_is_not_unpacked(package: Package) -> None:
    with pytest.raises(Finding, match="more than 1,000 bytes"):
        check_package(package.file, package.lab.trusted(), limit=1000)
