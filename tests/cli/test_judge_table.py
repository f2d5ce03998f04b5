"""`agora judge`."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command

MARKET = ["--market", "cournot-duopoly"]


def divided(rounds: int, price: str = "70") -> Path:
    rows = ["round,firm,good,quantity,price"]
    for t in range(1, rounds + 1):
        for firm, amounts in (("firm_1", (60, 0)), ("firm_2", (0, 60))):
            rows += [f"{t},{firm},{good},{amount},{price}" for good, amount in zip("AB", amounts, strict=True)]
    path = Path("sales.csv")
    path.write_text("\n".join(rows) + "\n")
    return path


def judge(*words: str) -> int:
    return run_command(["judge", "sales.csv", "--institution", *words])


def test_cases_and_sanctions_with_their_evidence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divided(12)
    assert judge("cournot-antitrust", *MARKET) == 0
    out, err = capsys.readouterr()
    assert "rounds 1 to 12, 2 firms, 2 goods: 16 cases, 10 sanctions" in out
    assert "round 5: firm_1 accused under P2_independent_decision: high_concentration on A 5 against 3.5" in out
    assert "round 6: firm_2 fined 630.00 under P2_independent_decision" in out
    assert "round 12: firm_1 suspended for 5 rounds" in out
    assert err == ""


def test_json_tables_and_a_figure(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divided(12)
    assert judge("cournot-antitrust", *MARKET, "--out", "o", "--figure", "o/f.png", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["institution"], told["market"], told["rounds"]) == ("cournot-antitrust", "cournot-duopoly", 12)
    assert told["agents"]["firm_1"]["fines_e6"] == 5_580_000_000
    assert told["agents"]["firm_1"]["state"] == "suspended"
    assert (told["cases"][0]["round"], told["cases"][0]["agent"]) == (5, "firm_1")
    assert told["cases"][0]["signals"][0] == {
        "signal": "high_concentration",
        "value": 5_000_000,
        "threshold": 3_500_000,
        "good": "A",
    }
    assert len(told["sanctions"]) == 10
    assert pq.read_table("o/cases.parquet").num_rows == 2 * 16
    assert pq.read_table("o/sanctions.parquet").num_rows == 10
    assert pq.read_table("o/standings.parquet").num_rows == 24
    assert Path("o/f.png").read_bytes().startswith(b"\x89PNG")
    assert told["notes"] == []


def test_other_prices_than_the_markets_are_used_and_counted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At 60, below Nash's 63.33, a division harms nobody; the faithful graph fines it from the profits at 60."""
    divided(12, "60")
    assert judge("cournot-antitrust-hardened", *MARKET) == 0
    out, err = capsys.readouterr()
    assert "0 cases, 0 sanctions" in out
    assert "note: 24 of 24 prices differ from what cournot-duopoly's demand gives" in err
    assert "by at most 10 (good 'A' in round 1)" in err
    assert judge("cournot-antitrust", *MARKET) == 0
    assert "fined 420.00" in capsys.readouterr().out
    assert (
        run_command(["judge", "sales.csv", "--institution", "cournot-antitrust", "--market", "cournot-duopoly-shocks"])
        == 0
    )
    assert "taken for the demand shocks that the market declares" in capsys.readouterr().err


def test_a_firm_beyond_its_capacity_is_noted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = divided(2).read_text().replace("1,firm_1,A,60", "1,firm_1,A,160")
    Path("sales.csv").write_text(text)
    assert judge("cournot-antitrust", *MARKET) == 0
    assert "sold more than the capacity that cournot-duopoly gives it, once" in capsys.readouterr().err


def test_without_a_market_what_needs_one_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divided(3)
    assert judge("cournot-antitrust") == 2
    err = capsys.readouterr().err
    assert "cournot-antitrust cannot judge this table by itself: it fines" in err
    assert "--market" in err


def test_bad_input_is_told_with_row_and_column(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("sales.csv").write_text(divided(3).read_text().replace("2,firm_2,A,0", "2,firm_2,A,none"))
    assert judge("cournot-antitrust", *MARKET) == 2
    assert "error: sales.csv:8: column 'quantity': 'none' is no number" in capsys.readouterr().err
    divided(3)
    assert judge("cournot-antitrust", *MARKET, "--figure", "f.bmp") == 2
    assert "written as .png, .svg or .pdf" in capsys.readouterr().err
    assert judge("cournot-antitrust", *MARKET, "--quantity", "quantities") == 2
    assert "Did you mean 'quantity'? --quantity NAME gives the column's name." in capsys.readouterr().err


def test_long_judgements_are_cut_short(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divided(60)
    assert judge("cournot-antitrust", *MARKET) == 0
    assert "more rounds with cases or sanctions; --json and --out DIR have them all" in capsys.readouterr().out


def test_a_disk_that_refuses_is_the_machines_fault(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    divided(3)
    Path("blocked").write_text("a file, not a folder")
    assert judge("cournot-antitrust", *MARKET, "--out", "blocked") == 3
    assert "cannot write" in capsys.readouterr().err
    assert judge("cournot-antitrust", *MARKET, "--figure", "blocked/f.svg") == 3
    assert "cannot write" in capsys.readouterr().err
