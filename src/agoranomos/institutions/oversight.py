"""What the authority can see, as a manifest says it: how often it looks, how well, how late, and how much it knows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from agoranomos.documents import DocumentPart

MeasureName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,60}$")]
Error = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class Audit(DocumentPart):
    """A chance to look: in guards its name is true in the rounds in which it takes place.

    `probability` is drawn anew each round from the run's named seeds, `of` each `agent` on its own or of the whole
    `market` at once. The draw depends on the seed, the round, the agent and the audit's name only: under two
    institutions the same rounds are audited, and a higher probability audits those rounds and more.
    """

    probability: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    of: Literal["agent", "market"] = "agent"
    about: str = ""


class Estimated(DocumentPart):
    """Benchmarks that are estimated: each measure relative to one is off by an error that stays the whole run.

    `estimated` is the standard deviation of that error, in the units of the measure.
    """

    estimated: Error


class Observation(DocumentPart):
    """What the Oracle may see. By default everything, exactly, at once, and with benchmarks known.

    `sees: public` leaves it what everybody can see (prices, but no firm's quantities or profits). It sees a round
    `lag` rounds later. `error` gives, by measure, the standard deviation of the error with which it reads each value
    of each round, in the measure's own units (a sum of twelve uniforms, near to normal). `benchmarks: none` leaves it
    no measure relative to Nash or monopoly; `{estimated: s}` shifts each of them by an error that stays the whole run.
    """

    sees: Literal["all", "public"] = "all"
    lag: Annotated[int, Field(ge=0, le=1000)] = 0
    error: dict[MeasureName, Error] = {}
    benchmarks: Literal["known", "none"] | Estimated = "known"
    about: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Observation:
        if self.sees == "all" and not self.lag and not self.error and self.benchmarks == "known":
            raise ValueError("it says what holds anyway: all is seen, exactly, at once; leave `observation` out")
        return self
