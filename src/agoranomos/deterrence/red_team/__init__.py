"""A red team: searches for play that beats Nash while it stays under the sanctions, and saves it as traces."""

from agoranomos.deterrence.red_team.arena import simulate
from agoranomos.deterrence.red_team.attack import STAGES, Attack, attack
from agoranomos.deterrence.red_team.sentence import sentence
from agoranomos.deterrence.red_team.witness import Witness, WitnessRound

__all__ = ["STAGES", "Attack", "Witness", "WitnessRound", "attack", "sentence", "simulate"]
