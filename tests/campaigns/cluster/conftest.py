"""A Ray cluster of two nodes, each with processes of its own, on this machine's loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SOURCES = Path(__file__).resolve().parents[3] / "src"
STORE = 80_000_000
"""Bytes of each node's object store: the least that Ray takes is 78,643,200."""


@dataclass
class TwoNodes:
    """A head with one core, and nodes with one core each that a test adds and kills."""

    cluster: Any

    @property
    def address(self) -> str:
        address: str = self.cluster.address
        return address

    def add(self) -> Any:
        return self.cluster.add_node(num_cpus=1, object_store_memory=STORE)


@pytest.fixture(scope="session")
def two_nodes() -> Iterator[TwoNodes]:
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCES), os.environ.get("PYTHONPATH", "")]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        patch.setenv("RAY_ADDRESS", cluster.address)
        try:
            yield TwoNodes(cluster)
        finally:
            cluster.shutdown()
