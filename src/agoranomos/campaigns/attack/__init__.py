"""Forges a copy of a log in every way that the threat model names, and shows by what each forgery is found."""
