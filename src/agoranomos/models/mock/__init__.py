"""Engines without a model: a reply is a pure function of the request."""
