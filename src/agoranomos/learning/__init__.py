"""Learners of actions in markets, and the probe that tells collusion from merely high prices."""

from agoranomos.learning.deviation_probe import Deviation, Horizon, Probe, probe
from agoranomos.learning.judged import JudgedGame, judged_game
from agoranomos.learning.limit_cycle import LimitPlay, limit_play, profit_gain
from agoranomos.learning.probe_verdict import Verdict
from agoranomos.learning.q_learning import LearningGame, QLearning, game_of, learning_game
from agoranomos.learning.q_learning_draws import session_key
from agoranomos.learning.q_learning_reference import Learned, learn_in_python
from agoranomos.learning.session_runs import learn, sessions

__all__ = [
    "Deviation",
    "Horizon",
    "JudgedGame",
    "Learned",
    "LearningGame",
    "LimitPlay",
    "Probe",
    "QLearning",
    "Verdict",
    "game_of",
    "judged_game",
    "learn",
    "learn_in_python",
    "learning_game",
    "limit_play",
    "probe",
    "profit_gain",
    "session_key",
    "sessions",
]
