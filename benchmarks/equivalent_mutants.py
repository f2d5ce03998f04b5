"""Mutants of what verifies a log that no test can tell from the module, each with the reason.

`benchmarks.mutants` makes them and runs the tests on them all the same, so that none stays here that can be told.
"""

FLAG = "a flag of a dataclass: it forbids a programmer to change a value, and no verdict rests on it"
"""The reason of every mutant of `frozen=True` and `slots=True`."""

ONE_KEY = "the list has one element: two keys of one name and key id are refused, and none is told apart before"

CHUNK = "a blob is hashed in other portions, to the same digest"

NOT_STRUCTURE = "a level is told from `structure` alone; whether it is full or strict, the check says"

EQUIVALENT: dict[str, dict[str, str]] = {
    "merkle": {
        "root_of: 0 -> -1": "the list has one element by then",
    },
    "note": {
        "open_note: 0 -> -1": ONE_KEY,
        "open_note: 0 -> -1 (2)": ONE_KEY,
        "open_note: 0 -> -1 (3)": ONE_KEY,
    },
    "keys": {
        "module: 19 -> 20": "2**255 - 20 is refused all the same: it is -1, a point of small order, and in that list",
    },
    "cosignature": {
        "cosigned_by: 0 -> -1": "no time is below 0",
    },
    "verify": {
        "Verifying.batches: self._fold is None and self._pass is None -> self._pass is None": "the pass "
        "that is made where other processes have folded the log already is never begun",
        "Verifying.batches: self._fold is None and self._pass is not None -> self._fold is None": "where there is "
        "no fold there is a pass; the condition is there for the types",
        "Verifying.finish: fold.broken is not None and self._extent.covered.size -> fold.broken is not None": "a "
        "broken log is passed over a second time, to the same end",
        "Verifying.finish: self._known is not None and fold.asked_root is not None -> fold.asked_root is not None": "a "
        "root is asked for only where a checkpoint is known; the condition is there for the types",
        "Verifying._folded: continue -> pass": "it is the whole of the loop",
        "_held_against: return None -> return": "both give None",
        "_held_against: None if incremental else known.checkpoint.size -> known.checkpoint.size": "what is incremental "
        "begins after that size, so that its root is not come by; and a whole pass after a fault asks for it itself",
        "_copy_of: name.rpartition -> name.partition": "the name has one slash",
        "_check_blobs: 1 -> 2": CHUNK,
        "_check_blobs: 20 -> 21": CHUNK,
        "_check_blobs: 20 -> 19": CHUNK,
        "module: TYPE_CHECKING -> not TYPE_CHECKING": "it imports a name that annotations alone use",
        "verify_log: 'full' -> 'XXfull'": NOT_STRUCTURE,
        "Verifying.__init__: 'full' -> 'XXfull'": NOT_STRUCTURE,
        "verify_log: 1 -> 0": "more than one process is asked for, or not",
        "Verifying.__init__: 1 -> 0": "more than one process is asked for, or not",
    },
    "segment_tree": {
        "SegmentTree.extend: at < len(leaves) -> at <= len(leaves)": "one more turn, which adds no leaf; and "
        "no root is asked for twice, since sizes that are asked for grow",
    },
    "proofs": {
        "_climb: is_left and node and (not node & 1) -> is_left and (not node & 1)": "a node to the left is not 0, for "
        "0 stands to the left only of a tree without a node left, which is refused before; halved while it is even, it "
        "does not become 0 either",
    },
}
"""By module: the change, as the mutant words it, and why nothing comes of it."""
