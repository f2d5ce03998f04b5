"""What of a counter, and of the time in a state, a certificate keeps."""

from agoranomos.deterrence.certificate import certify
from agoranomos.deterrence.memory import Pattern, patterns, time_pattern
from agoranomos.institutions import bind

from .solving import duopoly, institution

PATIENT = """
kind: institution
version: 1
name: patient
states: {free: {label: FREE}, marked: {label: MARKED}}
initial: free
signals:
  high: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.4, goods: mean}
events: {caught: {when: high, accuses: R1}, calm: {when: "!high"}}
counters:
  seen: {max: 1000, next: "caught ? seen + 1 : seen"}
transitions:
  - {rule: R1, from: free, to: marked, on: caught, when: seen >= 300}
  - {rule: R1, from: marked, to: marked, on: caught, fine: {rate: 3.0, above: nash}}
  - {rule: R2, from: marked, to: free, on: calm, when: rounds_in_state >= 4}
"""


def test_a_threshold_far_up_a_counter_is_not_overlooked():
    bound = bind(institution(PATIENT), duopoly().facts)
    pattern = patterns(bound).get("seen")
    assert pattern is None or (pattern.of(299) != pattern.of(300) and pattern.of(0) != pattern.of(300))
    periodic = PATIENT.replace("seen >= 300", "seen % 300 == 299")
    assert "seen" not in patterns(bind(institution(periodic), duopoly().facts))


def test_time_in_a_state_is_kept_as_far_as_guards_ask():
    bound = bind(institution(PATIENT.replace("seen >= 300", "seen >= 3")), duopoly().facts)
    assert time_pattern(bound) == Pattern(4, 1)
    assert patterns(bound)["seen"] == Pattern(3, 1)


def test_a_graph_that_asks_how_long_an_agent_stood_is_certified():
    governing = institution(PATIENT.replace("seen >= 300", "seen >= 3"))
    certificate = certify(governing, duopoly(), plans=["nash", "division"])
    # Marked, a divider waits: four rounds of Nash, then free and divided again for one round that marks it anew.
    assert round(certificate.best_plan.gain_per_round, 2) == round(3200 / 9 / 5, 2)
