"""Campaigns: experiments as data, executed to signed logs and tables."""
