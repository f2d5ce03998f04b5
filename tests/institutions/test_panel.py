"""Tables of outside data: what is read, and the plain error for everything else, with row and column."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions.panel import ColumnNames
from agoranomos.institutions.panel_csv import CsvForm
from agoranomos.institutions.panel_file import read_panel

HEAD = "round,firm,good,quantity,price"
ROWS = ("1,a,X,10,5", "1,b,X,20,5", "2,a,X,11,4.5", "2,b,X,21,4.5")
GOOD = "\n".join((HEAD, *ROWS)) + "\n"


def table(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def parquet(tmp_path: Path, **changes: Any) -> Path:
    columns: dict[str, Any] = {
        "round": [1, 1, 2, 2],
        "firm": ["a", "b", "a", "b"],
        "good": ["X"] * 4,
        "quantity": [10.0, 20.0, 11.0, 21.0],
        "price": [5.0, 5.0, 4.5, 4.5],
        **changes,
    }
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def same(panel: Any) -> None:
    assert panel.agents == ("a", "b")
    assert panel.goods == ("X",)
    assert panel.first == 1
    assert panel.quantity_e6.tolist() == [[[10_000_000], [20_000_000]], [[11_000_000], [21_000_000]]]
    assert panel.price_e6.tolist() == [[5_000_000], [4_500_000]]


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace("10", '" 10 "').replace(",a,", ', "a",'.replace(" ", "")),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode("utf-16"),
        "\n".join((HEAD + ",note", *(row + ",ignored" for row in reversed(ROWS)))).replace("\n2,b", "\n2,b", 1),
    ],
    ids=["plain", "crlf", "blank lines", "semicolons", "tabs", "quotes", "byte order mark", "utf-16", "other column"],
)
def test_what_is_read(tmp_path: Path, data: str | bytes) -> None:
    panel, notes = read_panel(table(tmp_path, data), agents=("a", "b"), goods=("X",))
    same(panel)
    assert notes == ()


def test_names_are_configurable_and_decimal_commas_understood(tmp_path: Path) -> None:
    text = "jahr;betrieb;ware;menge;preis\n" + "\n".join(row.replace(",", ";").replace(".", ",") for row in ROWS)
    names = ColumnNames("betrieb", "ware", "jahr", "menge", "preis")
    same(read_panel(table(tmp_path, text), names=names, form=CsvForm(decimal_comma=True))[0])


def test_parquet_of_several_types(tmp_path: Path) -> None:
    same(read_panel(parquet(tmp_path))[0])
    same(read_panel(parquet(tmp_path, round=["1", "1", "2", "2"], price=pa.array([5, 5, 4.5, 4.5], pa.float32())))[0])
    same(read_panel(parquet(tmp_path, firm=pa.array(["a", "b", "a", "b"]).dictionary_encode()))[0])
    numbered = read_panel(parquet(tmp_path, firm=[7, 8, 7, 8]))[0]
    assert numbered.agents == ("7", "8")


def test_another_encoding_is_noted_and_may_be_named(tmp_path: Path) -> None:
    path = table(tmp_path, GOOD.replace("X", "Käse").encode("cp1252"))
    panel, notes = read_panel(path)
    assert panel.goods == ("Käse",)
    assert "Windows-1252" in notes[0]
    assert read_panel(path, form=CsvForm("latin-1"))[0].goods == ("Käse",)
    with pytest.raises(DocumentError, match="not utf-8 text"):
        read_panel(path, form=CsvForm("utf-8"))
    for bad in ("klingon", "base64", "\0"):
        with pytest.raises(UsageError, match="unknown encoding"):
            read_panel(path, form=CsvForm(bad))


def test_who_came_forward(tmp_path: Path) -> None:
    text = "\n".join(
        (HEAD + ",told", *(row + said for row, said in zip(ROWS, (",1", ",0", ",no", ",YES"), strict=True)))
    )
    panel, _ = read_panel(table(tmp_path, text), names=ColumnNames(reported="told"))
    assert panel.reported is not None
    assert panel.reported.tolist() == [[True, False], [False, True]]
    path = parquet(tmp_path, told=[True, False, False, True])
    assert np.array_equal(read_panel(path, names=ColumnNames(reported="told"))[0].reported, panel.reported)  # type: ignore[arg-type]


FAULTS = {
    "empty file": ("", "t.csv: the table is empty"),
    "header only": (HEAD + "\n", "t.csv: the table has a header and no rows"),
    "no such column": (GOOD.replace("price", "pricey"), "t.csv: there is no column 'price', for the price"),
    "column twice": (GOOD.replace("price", "firm"), "t.csv: 2 columns are called 'firm'"),
    "text": (GOOD.replace("20", "many"), "t.csv:3: column 'quantity': 'many' is no number"),
    "grouped digits": (GOOD.replace("20", "2_0"), "t.csv:3: column 'quantity': '2_0' is no number"),
    "text after grouped": (GOOD.replace("20", "x"), "t.csv:3: column 'quantity': 'x' is no number"),
    "decimal comma": (GOOD.replace("20", '"2,5"'), "t.csv:3: column 'quantity': '2,5' is no number"),
    "blank number": (GOOD.replace("20", " "), "t.csv:3: column 'quantity': it is missing"),
    "nan": (GOOD.replace("20", "NaN"), "t.csv:3: column 'quantity': it is missing"),
    "infinite": (GOOD.replace("20", "inf"), "t.csv:3: column 'quantity': inf is too large"),
    "negative": (GOOD.replace("4.5", "-4.5", 1), "t.csv:4: column 'price': -4.5 is negative"),
    "too large": (GOOD.replace("20", "1e30"), "t.csv:3: column 'quantity': 1e\\+30 is too large"),
    "half a round": (GOOD.replace("2,a", "1.5,a"), "t.csv:4: column 'round': 1.5 is no whole number"),
    "endless round": (GOOD.replace("2,a", "1e300,a"), "t.csv:4: column 'round': 1e\\+300 is too large"),
    "no firm": (GOOD.replace(",b,", ",,", 1), "t.csv:3: column 'firm': it is missing"),
    "short row": (GOOD.replace(",20,5", ",20"), "t.csv:3: 4 cells in a table of 5 columns"),
    "one cell": (GOOD.replace("1,b,X,20,5", "1"), "t.csv:3: 1 cell in a table of 5 columns"),
    "long row": (GOOD.replace(",20,5", ",20,5,5"), "t.csv:3: 6 cells in a table of 5 columns"),
    "open quote": (GOOD.replace("b", '"b', 1), "t.csv:\\d+: not CSV: unexpected end of data"),
    "row twice": (GOOD + ROWS[1], "t.csv:6: column 'firm': round 1, firm 'b' and good 'X' stand there twice"),
    "row missing": ("\n".join((HEAD, *ROWS[:3])), "t.csv: a row is missing for round 2, firm 'b', good 'X' "),
    "gap": (GOOD.replace("\n2,", "\n4,"), "t.csv:4: column 'round': round 4 follows round 1; 2 to 3 are missing"),
    "small gap": (GOOD.replace("\n2,", "\n3,"), "t.csv:4: column 'round': round 3 follows round 1; 2 is missing"),
    "two prices": (GOOD.replace("20,5", "20,6"), "t.csv:3: column 'price': good 'X' sells at 6 here, and at 5 in"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_named_with_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_panel(table(tmp_path, text))


PARQUET_FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"quantity": [1.0, None, 2.0, 3.0]}, "t.parquet, row 2: column 'quantity': it is missing"),
    "missing name": ({"firm": ["a", "b", None, "b"]}, "t.parquet, row 3: column 'firm': it is missing"),
    "text": ({"price": ["5", "5", "4.5", "dear"]}, "t.parquet, row 4: column 'price': 'dear' is no number"),
    "flags": ({"price": [True] * 4}, "column 'price' holds values of type bool; numbers were expected"),
    "lists": ({"quantity": [[1.0]] * 4}, "column 'quantity' holds values of type list"),
    "names": ({"firm": [[1.0]] * 4}, "column 'firm' holds values of type list.*; names were expected"),
    "negative": ({"quantity": [1.0, 2.0, -1.0, 3.0]}, "row 3: column 'quantity': -1 is negative"),
    "twice": ({"firm": ["a", "a", "a", "b"]}, "row 2: column 'firm': .* stand there twice; first in .*row 1"),
    "no rows": ({k: pa.array([], pa.float64()) for k in HEAD.split(",")}, "the table has no rows"),
}


@pytest.mark.parametrize(("changes", "message"), PARQUET_FAULTS.values(), ids=PARQUET_FAULTS)
def test_each_fault_of_a_parquet_file(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_panel(parquet(tmp_path, **changes))


def test_a_damaged_parquet_file_and_a_lost_column(tmp_path: Path) -> None:
    path = parquet(tmp_path)
    with pytest.raises(DocumentError, match="no column 'told', for the reported"):
        read_panel(path, names=ColumnNames(reported="told"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DocumentError, match="not a Parquet file that can be read"):
        read_panel(path)
    flags = parquet(tmp_path, told=[0, 1, 2, 0])
    with pytest.raises(DocumentError, match="row 3: column 'told': 2 is neither yes nor no"):
        read_panel(flags, names=ColumnNames(reported="told"))


def test_the_markets_firms_and_goods_are_the_ones(tmp_path: Path) -> None:
    path = table(tmp_path, GOOD)
    with pytest.raises(DocumentError, match=r"t.csv:3: column 'firm': the market has no firm 'b'"):
        read_panel(path, agents=("a", "bb"), goods=("X",))
    with pytest.raises(DocumentError, match="column 'firm': no row is of the market's firm 'c'"):
        read_panel(path, agents=("a", "b", "c"), goods=("X",))
    with pytest.raises(DocumentError, match=r"t.csv:2: column 'good': the market has no good 'X'"):
        read_panel(path, agents=("a", "b"), goods=("Y",))


def test_no_file(tmp_path: Path) -> None:
    table(tmp_path, GOOD)
    with pytest.raises(UsageError, match="no such file") as caught:
        read_panel(tmp_path / "tt.csv")
    assert "t.csv" in caught.value.advice
    with pytest.raises(UsageError, match="is a folder"):
        read_panel(tmp_path)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    data=st.binary(max_size=300)
    | st.text(alphabet=HEAD + '12,.;\n\t"x', max_size=200).map(lambda t: (HEAD + "\n" + t).encode())
)
def test_any_bytes_at_all_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    path = table(tmp_path, data)
    with suppress(UsageError):
        assert read_panel(path)[0].rounds >= 1
