"""Lay out what the lane ``wheel`` needs: ``python wheel.py SOURCE_TREE TARGET``.

Copies the tests to TARGET, where no source tree is near, and fails unless the installed distribution holds every file
of ``src`` (rule packs, tables and ``py.typed`` included) and its licence.
"""

import shutil
import sys
from importlib.metadata import files
from pathlib import Path

source, target = (Path(argument).resolve() for argument in sys.argv[1:])

for name in ("tests", "examples", "pyproject.toml"):
    there = target / name
    if (source / name).is_dir():
        shutil.rmtree(there, ignore_errors=True)
        shutil.copytree(source / name, there, ignore=shutil.ignore_patterns("__pycache__"))
    elif (source / name).exists():
        shutil.copy(source / name, there)

installed = {str(path) for path in files("mkd") or ()}
wanted = {
    path.relative_to(source / "src").as_posix()
    for path in (source / "src").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
absent = sorted(wanted - installed)
if not any(path.endswith("/LICENSE") for path in installed):
    absent.append("LICENSE")
print("\n".join(f"not in the wheel: {path}" for path in absent) or f"the wheel holds all {len(wanted)} files of src")
sys.exit(bool(absent))
