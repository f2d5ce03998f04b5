"""The text that a new institution begins with: small, valid, and without a finding."""

from __future__ import annotations

_TEXT = """\
# A warning, then a fine. Every word is explained in docs/reference/institution.md.
kind: institution
version: 1
name: {name}
title: A warning, then a fine
initial: clear

states:
  clear: {{label: CLEAR, guidance: Decide on your own.}}
  fined: {{label: FINED, guidance: Your conduct looked coordinated. One clean round ends this.}}

signals:
  high_concentration: {{statistic: mean, measure: hhi, window: 5, at_least: 0.7}}

events:
  violation: {{when: high_concentration, accuses: independent_decision}}
  clean: {{when: "!violation"}}

rules:
  independent_decision:
    attribute: A firm
    deontic: must not
    aim: divide products with another firm

transitions:
  - {{rule: independent_decision, from: clear, to: fined, on: violation, fine: {{rate: 0.5, floor: 200}}}}
  - {{rule: independent_decision, from: fined, to: fined, on: violation, fine: {{rate: 1.0, floor: 200}}}}
  - {{rule: independent_decision, from: fined, to: clear, on: clean}}

notices:
  template: |
    To {{agent}}. Status: {{status}}. {{guidance}} Fine last round: {{fine}}.
"""


def template(name: str) -> str:
    """The text for an institution called `name`."""
    return _TEXT.format(name=name)
