"""Static faults of an institution that is valid: states nobody reaches or leaves, timers without an end, unused words.

Guards are not looked into: an edge counts as traversable. What guards allow is the model checker's question.
"""

from __future__ import annotations

from agoranomos.institutions.institution import Institution
from agoranomos.institutions.lint_decoration import remark_on_decoration
from agoranomos.institutions.lint_edges import remark_on_edges
from agoranomos.institutions.lint_placebos import remark_on_placebos
from agoranomos.institutions.lint_states import remark_on_states
from agoranomos.institutions.lint_words import remark_on_words
from agoranomos.institutions.remark import Remark, Remarks


def lint(institution: Institution) -> tuple[Remark, ...]:
    """Every slip, in the order of the file, then of its bases; none where everything has a use and an end."""
    remarks = Remarks(institution)
    remark_on_placebos(institution, remarks)
    institution = institution.as_written()
    remark_on_states(institution, remarks)
    remark_on_edges(institution, remarks)
    remark_on_words(institution, remarks)
    remark_on_decoration(institution, remarks)
    own = institution.source.name

    def in_file(remark: Remark) -> tuple[bool, str, int, int, str]:
        name, line, column = remark.place.rsplit(":", 2)
        return name != own, name, int(line), int(column), remark.message

    return tuple(sorted(remarks.found, key=in_file))


__all__ = ["Remark", "lint"]
