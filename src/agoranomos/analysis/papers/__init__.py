"""What a report writes for papers: tables as LaTeX, Markdown and CSV, figures as SVG and PDF, each with its caption."""

from agoranomos.analysis.papers.provenance import Provenance, provenance_of
from agoranomos.analysis.papers.seats import people_in_words, without_models_in_words
from agoranomos.analysis.papers.table import Cell, Column, Table
from agoranomos.analysis.papers.tables_of import tables_of
from agoranomos.analysis.papers.writing import Written, write_papers

__all__ = [
    "Cell",
    "Column",
    "Provenance",
    "Table",
    "Written",
    "people_in_words",
    "provenance_of",
    "tables_of",
    "without_models_in_words",
    "write_papers",
]
