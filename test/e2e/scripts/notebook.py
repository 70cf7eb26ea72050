"""python notebook.py NOTEBOOK: executes it in its folder and leaves the file as it is."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
code = [cell for cell in notebook.cells if cell.cell_type == "code"]
assert code, "the notebook holds no code"
print(f"{len(code)} cells")
