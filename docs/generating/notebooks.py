"""A page a notebook: its words and its code as they are; what it prints is seen by running it."""

from __future__ import annotations

import json
from pathlib import Path

from generating.places import DOCS, GENERATED

FOLDER = DOCS / "notebooks"
INTRODUCTION = """\
Two notebooks that use the library from Python. Tests run both from their first cell to their last and hold what they
find against what it should be. To run them yourself, in any folder:

    pip install jupyterlab
    jupyter lab
"""


def notebook_pages() -> dict[Path, str]:
    """The page of every notebook, and the page that lists them."""
    made, rows = dict[Path, str](), list[str]()
    for file in sorted(FOLDER.glob("*.ipynb")):
        cells = json.loads(file.read_text())["cells"]
        title, _, rest = source(cells[0]).partition("\n")
        made[file.with_suffix(".md")] = page(file, title.removeprefix("# "), rest.strip(), cells[1:])
        rows.append(f"- [{title.removeprefix('# ')}]({file.stem}.md)")
    made[FOLDER / "README.md"] = f"{GENERATED}# Notebooks\n\n{INTRODUCTION}\n" + "\n".join(rows) + "\n"
    return made


def page(file: Path, title: str, about: str, cells: list[dict[str, object]]) -> str:
    """docs/notebooks/NAME.md."""
    parts = [f"{GENERATED}# {title}", about, f"The notebook itself: [{file.name}]({file.name})."]
    for cell in cells:
        text = source(cell)
        parts.append(f"```python\n{text}\n```" if cell["cell_type"] == "code" else text)
    return "\n\n".join(parts) + "\n"


def source(cell: dict[str, object]) -> str:
    """The text of a cell."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text) if isinstance(text, list) else ""
