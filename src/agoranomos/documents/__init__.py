"""YAML documents: read with places, checked by Pydantic, refused in words that help."""

from agoranomos.documents.faults import first_fault, in_words
from agoranomos.documents.model import Document, DocumentPart, Finite, Name
from agoranomos.documents.reader import Source, parse_document, read_document, read_text

__all__ = [
    "Document",
    "DocumentPart",
    "Finite",
    "Name",
    "Source",
    "first_fault",
    "in_words",
    "parse_document",
    "read_document",
    "read_text",
]
