"""Which of a market's own measures the printed table shows: what the campaign asks about comes first."""

from agoranomos.analysis.campaign import summarise
from agoranomos.cli.entry import run_command

CAMPAIGN = """\
kind: campaign
version: 1
name: bought
market: tin-men
rosters: [{roster: tin-men-company-man, name: company}, {roster: tin-men-loyal, name: loyal}]
regimes:
  alone: {}
seeds: 2
rounds: 2
outcome: override
hypotheses:
  served: {first: alone.loyal, second: alone.company, expects: lower}
  told: {first: alone.loyal, second: alone.company, outcome: retained, role: exploratory}
differs: [policies]
"""


def test_the_outcome_and_those_of_hypotheses_are_shown_before_others(tmp_path, monkeypatch, capsys):
    (tmp_path / "bought.yaml").write_text(CAMPAIGN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "240")
    assert run_command(["run", "bought.yaml", "--out", "logs", "--workers", "1"]) == 0
    folder = next((tmp_path / "logs").rglob("plan.json")).parent
    capsys.readouterr()
    assert run_command(["report", str(folder)]) == 0
    heading = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("arm "))
    shown = heading.split("profit")[1].split()
    own = list(summarise(folder).arms[0].others)
    assert "override" not in own[:1], "the first by name is another one"
    assert shown.index("override") < shown.index("retained")
