from agoranomos.documents import DocumentPart
from agoranomos.policies.description import described


class Shape(DocumentPart):
    width: float = 0.1


class Parameters(DocumentPart):
    rate: float = 1e-7
    count: int = 3
    shape: Shape = Shape()
    steps: tuple[float, ...] = (0.5, 2.0)
    name: str | None = None


def test_real_numbers_become_text_that_reads_back_to_the_same_number_at_any_depth():
    said = described(Parameters())
    assert said == {"rate": "1e-07", "count": 3, "shape": {"width": "0.1"}, "steps": ["0.5", "2.0"], "name": None}
    assert Parameters.model_validate(said) == Parameters()
