"""Small trained networks as policies play them: what they see, what they choose, and the file that holds them."""

from agoranomos.policies.networks.actor import Actor
from agoranomos.policies.networks.choices import Menu, Range, choices_of
from agoranomos.policies.networks.features import Features, features_of
from agoranomos.policies.networks.weights import Trained, read_trained, write_trained

__all__ = [
    "Actor",
    "Features",
    "Menu",
    "Range",
    "Trained",
    "choices_of",
    "features_of",
    "read_trained",
    "write_trained",
]
