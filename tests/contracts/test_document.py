"""`kind: contract`: what a file may say, and that each fault is told with its line and the nearest word."""

import re
from pathlib import Path

import pytest

from agoranomos.contracts import ContractDocument, design
from agoranomos.contracts.reading import read_question
from agoranomos.documents import Source, parse_document
from agoranomos.errors import DocumentError, UsageError
from agoranomos.workspace import Workspace, library_root, list_names

WRITTEN = """\
kind: contract
version: 1
name: mine
technology:
  levels:
    - {name: low, cost: 0, success: 0.4}
    - {name: high, cost: 2, success: 0.8}
"""

BLIND = """\
kind: scenario
version: 1
type: hidden-action
contract: {wage: 5}
routes: {inspection: [], output: []}
"""


def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "contracts").mkdir(exist_ok=True)
    return Workspace(tmp_path, "lab")


def asked(tmp_path, text):
    place = workspace(tmp_path)
    (tmp_path / "contracts" / "mine.yaml").write_text(text)
    return read_question("mine", place)


def test_what_is_left_out_has_no_bound(tmp_path):
    problem = asked(tmp_path, WRITTEN).problem
    assert (problem.most_wage, problem.most_bonus) == (float("inf"), float("inf"))
    assert (problem.most_inspection, problem.liable, problem.margin) == (1, 0, 0)
    assert problem.wanted == 1  # the level of most surplus


def test_a_fine_takes_what_a_worker_can_lose_and_then_of_its_bonus(tmp_path):
    inf = float("inf")
    for bounds, takes in [("{}", (3, inf)), ("{fine: 5}", (3, 2)), ("{fine: 2}", (2, 0))]:
        problem = asked(tmp_path, WRITTEN + f"liability: 3\nbounds: {bounds}\n").problem
        assert (problem.liable, problem.from_bonus) == takes
    problem = asked(tmp_path, WRITTEN + "liability: 3\noutside_option: 1.5\n").problem
    assert (problem.technology.liability, problem.technology.outside_option) == (3, 1.5)


def test_instruments_that_are_not_listed_are_not_used(tmp_path):
    problem = asked(tmp_path, WRITTEN + "instruments: [wage, inspection]\nleast_wage: 1\nliability: 2\n").problem
    assert (problem.most_bonus, problem.most_fine, problem.least_wage) == (0, 0, 1)
    found = design(problem).contract
    assert found is not None
    assert (found.bonus, found.fine) == (0, 0)
    bonus = asked(tmp_path, WRITTEN + "instruments: [bonus]\n").problem
    assert (bonus.most_wage, bonus.most_inspection) == (0, 0)


def test_a_scenario_gives_its_technology_and_plays_the_answer(tmp_path):
    text = "kind: contract\nversion: 1\nname: mine\nscenario: hidden-action\noutside_option: 1\n"
    question = asked(tmp_path, text)
    assert question.scenario == "hidden-action"
    assert question.problem.technology.levels == question.spec.means.levels
    assert question.problem.technology.outside_option == 1
    assert question.level == question.problem.technology.levels[1].name


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (WRITTEN + "wantd: high\n", r"mine\.yaml:8:1.*wantd.*\n.*wanted"),
        (WRITTEN + "wanted: hig\n", r"no level 'hig' of effort.*'high'"),
        (WRITTEN + "scenario: hidden-action\n", "one of `technology` and `scenario` was expected; there are both"),
        ("kind: contract\nversion: 1\nname: mine\n", "there are neither"),
        (WRITTEN + "instruments: [wage, bonuses]\n", r"mine\.yaml:8:21.*bonuses[\s\S]*'bonus'"),
        (WRITTEN + "instruments: [wage, wage]\n", "listed twice"),
        (WRITTEN + "instruments: [wage, fine]\n", "a fine needs `inspection`"),
        (WRITTEN + "instruments: [wage]\nbounds: {bonus: 3}\n", "`bonus` is bounded and not among the instruments"),
        (WRITTEN + "instruments: [bonus]\nleast_wage: 1\n", "`wage` is not among the instruments"),
        (WRITTEN + "least_wage: 2\nbounds: {wage: 1}\n", "below the least wage"),
        (WRITTEN + "bounds: {inspection: 1.2}\n", r"mine\.yaml:8:10"),
        (WRITTEN + "margin: -1\n", r"mine\.yaml:8:1:"),
        (WRITTEN + "margin: .nan\n", r"mine\.yaml:8:1:"),
        (WRITTEN.replace("cost: 2", "cost: 0"), "a higher cost and no lower chance"),
        (WRITTEN.replace("kind: contract", "kind: campaign"), r"mine\.yaml:1:1.*contract"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_was_expected(tmp_path, written, message):
    with pytest.raises(DocumentError) as error:
        asked(tmp_path, written)
    assert re.search(message, str(error.value)), str(error.value)
    assert "mine.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("hidden-actoin", "unknown scenario"),
        ("role-play", "of type role-play; hidden-action was expected"),
        ("seen", "gives the principal the effort itself"),
        ("blind", "does not give the principal `output` and `inspection`, needed for the instruments bonus and"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_where_it_is_named(tmp_path, scenario, message):
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "seen.yaml").write_text(
        "kind: scenario\nversion: 1\ntype: hidden-action\nroutes: {effort: [principal]}\n"
    )
    (tmp_path / "scenarios" / "blind.yaml").write_text(BLIND)
    with pytest.raises(DocumentError, match=message) as error:
        asked(tmp_path, f"kind: contract\nversion: 1\nname: mine\nscenario: {scenario}\n")
    assert "mine.yaml:4:1:" in str(error.value)


@pytest.mark.parametrize(
    ("route", "without", "needed"),
    [
        ("inspection", "instruments: [wage, bonus]", "instruments: [wage, inspection]"),
        ("inspection", "bounds: {inspection: 0}", "bounds: {inspection: 0.1}"),
        ("output", "instruments: [wage, inspection, fine]", "instruments: [bonus]"),
    ],
)
def test_an_instrument_needs_its_route_and_only_its_own(tmp_path, route, without, needed):
    (tmp_path / "scenarios").mkdir()
    scenario = f"kind: scenario\nversion: 1\ntype: hidden-action\ncontract: {{wage: 5}}\nroutes: {{{route}: []}}\n"
    (tmp_path / "scenarios" / "half.yaml").write_text(scenario)
    text = "kind: contract\nversion: 1\nname: mine\nscenario: half\nwanted: high\n"
    assert asked(tmp_path, f"{text}{without}\n").level == "high"
    with pytest.raises(
        DocumentError, match=rf"mine\.yaml:4:1: .*'half' does not give the principal `{route}`"
    ) as error:
        asked(tmp_path, f"{text}{needed}\n")
    assert "instruments" in error.value.advice


def test_a_level_of_a_scenario_that_there_is_not_is_told_with_its_place(tmp_path):
    with pytest.raises(DocumentError, match=r"mine\.yaml:5:1: .*no level 'middling'"):
        asked(tmp_path, "kind: contract\nversion: 1\nname: mine\nscenario: hidden-action\nwanted: middling\n")


def test_a_misspelt_name_is_told_with_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="hidden-effort"):
        read_question("hiden-effort", workspace(tmp_path))


def test_every_shipped_contract_has_an_answer(tmp_path):
    place = workspace(tmp_path)
    shipped = [located for located in list_names("contracts", place) if located.origin == "library"]
    assert {located.path.parent for located in shipped} == {library_root() / "contracts"}
    assert len(shipped) >= 3
    for located in shipped:
        question = read_question(located.name, place)
        assert question.document.name == located.name
        found = design(question.problem)
        assert found.contract is not None
        assert question.problem.keeps(found.contract)


def test_sums_that_no_contract_names_are_refused(tmp_path):
    text = WRITTEN + "instruments: [wage, inspection]\nbounds: {inspection: 0.0000001}\n"
    with pytest.raises(UsageError, match="at most 1,000,000"):
        design(asked(tmp_path, text).problem)


def test_a_document_is_frozen_and_says_the_same_when_it_is_written_again():
    document = parse_document(Source("mine.yaml", WRITTEN), ContractDocument)
    assert ContractDocument.model_validate(document.model_dump()) == document
