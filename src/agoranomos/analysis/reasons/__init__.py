"""Reasons that agents write down, coded by stated rules. What agents say is never mixed with what they do."""

from agoranomos.analysis.reasons.codebook import Code, Codebook, read_codebook, shipped_codebook
from agoranomos.analysis.reasons.coding import Coded, code_campaign
from agoranomos.analysis.reasons.judging import Judge
from agoranomos.analysis.reasons.summary import Agreement, ReasonsSummary, Share, summarise_reasons
from agoranomos.analysis.reasons.written import Reason, Text, reasons_in, texts_in, texts_of_run

__all__ = [
    "Agreement",
    "Code",
    "Codebook",
    "Coded",
    "Judge",
    "Reason",
    "ReasonsSummary",
    "Share",
    "Text",
    "code_campaign",
    "read_codebook",
    "reasons_in",
    "shipped_codebook",
    "summarise_reasons",
    "texts_in",
    "texts_of_run",
]
