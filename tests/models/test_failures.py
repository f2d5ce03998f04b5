from agoranomos.models import FAILURE_KINDS


def test_kinds_are_distinct():
    assert len(set(FAILURE_KINDS)) == len(FAILURE_KINDS) == 8
