"""Containers of a YAML document that was put together from several files: each item knows which file it stands in."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq


class LayeredMap(CommentedMap):
    """A mapping whose items come from several files; `files` says from which, by key."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[Any, str] = {}

    def take(self, key: Any, value: Any, node: Any, file: str, at: Any = None) -> None:
        """Hold `value` under `key`; it stands in `file` where `node` has it under `at` (by default under `key`)."""
        self[key] = value
        self.files[key] = file
        place = (node.lc.data or {}).get(key if at is None else at)
        if place is not None:
            self._yaml_set_kv_line_col(key, place)


class LayeredSeq(CommentedSeq):
    """A list whose items come from several files; `files` says from which, by index."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []

    def take(self, value: Any, node: Any, at: Any, file: str) -> None:
        """Append `value`, which stands in `file` where `node` has it under `at`, a key or an index."""
        self.append(value)
        self.files.append(file)
        place = (node.lc.data or {}).get(at)
        if place is not None:
            self._yaml_set_idx_line_col(len(self) - 1, place)


def file_of(node: Any, part: Any, otherwise: str) -> str:
    """The file in which the item under `part` stands; `otherwise` is the file of a node that comes from one."""
    return node.files[part] if isinstance(node, LayeredMap | LayeredSeq) else otherwise
