"""What the pages show is so: their code runs, their files load, their commands answer as printed.

A page is read from top to bottom in an empty folder. A block that begins with a comment of only a file name
(``# rules/days.toml``) is that file. Other Python blocks run one after the other in one namespace; a ``text`` block
directly behind one is what it prints, and ``...`` in it stands for anything. TOML and JSON blocks are parsed. Console
blocks run on pages that say ``% runs``: a line that begins with ``$`` is a command, one that begins with ``>`` goes on
with it, all others are what it prints; a command that is shown to fail prints a code. A page that says
``% needs MODULE`` is followed where that module is, in the lane hosts. One that says ``% installs`` types its commands
in an environment of its own, since it installs what it makes.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from attrs import frozen

from mkd_core import Policy, Scheme
from mkd_plugins.config import Config

DOCS = Path(__file__).parents[2] / "docs"
GENERATED = "<!-- Written by docs/generate.py"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"# ([\w./-]+\.\w+)")
NEEDS = re.compile(r"^% needs (\w+)$", re.MULTILINE)


@frozen
class Block:
    """A fenced block, where it stands, and what it is shown to print."""

    kind: str
    text: str
    line: int
    printed: str | None

    @property
    def file(self) -> str | None:
        """The name of the file that it is, if it is one."""
        found = NAME.fullmatch(self.text.partition("\n")[0])
        return found[1] if found else None


def blocks(text: str) -> Iterator[Block]:
    found = list(FENCE.finditer(text))
    for number, match in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else None
        behind = following is not None and following[1] == "text" and not text[match.end() : following.start()].strip()
        printed = following[2] if following is not None and behind else None
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 1, printed)


def pages() -> list[str]:
    names = [str(page.relative_to(DOCS)) for page in sorted(DOCS.rglob("*.md"))]
    checked = re.compile(r"^```(python|toml|json|console)$", re.MULTILINE)
    texts = {name: (DOCS / name).read_text(encoding="utf-8") for name in names}
    return [name for name, text in texts.items() if not text.startswith(GENERATED) and checked.search(text)]


def same(printed: str, shown: str) -> bool:
    pattern = ".*".join(map(re.escape, shown.strip().split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def kept(block: Block, name: str) -> None:
    """Write the file into the folder, and read it as what it is."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")
    if path.suffix == ".py":
        compile(block.text, name, "exec")
    if path.suffix == ".toml":
        table = tomllib.loads(block.text)
        if "policy" in table:
            Policy.from_toml(block.text, file=name)
        elif "scheme" in table:
            Scheme.from_toml(block.text, file=name)
        elif "mkd" in table:
            Config.from_mapping(table, folder=Path())


def ran(page: str, block: Block, namespace: dict[str, object]) -> None:
    source = "\n" * block.line + block.text
    with redirect_stdout(io.StringIO()) as out:
        exec(compile(source, DOCS / page, "exec"), namespace)
    if block.printed is not None:
        assert same(out.getvalue(), block.printed), f"{page}, line {block.line} prints:\n{out.getvalue()}"


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it is shown to print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        more = 1
        while more < len(lines) and lines[more].startswith("> "):
            more += 1
        yield "\n".join(line.removeprefix("> ") for line in lines[:more]), "\n".join(lines[more:])


def typed(page: str, block: Block, programs: Path) -> None:
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    for command, shown in commands(block.text):
        done = subprocess.run(
            ["sh", "-c", command],
            env={**os.environ, "PATH": path, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        where = f"{page}, line {block.line}: {command}"
        expected = 1 if re.search(r"\bMKD\d{3}\b", shown) else 0
        assert done.returncode == expected, f"{where}\n{done.stdout}{done.stderr}"
        if shown:
            assert same(done.stdout + done.stderr, shown), f"{where} prints:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", pages())
def test_what_the_page_shows_is_so(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Every block of the page runs, parses or answers as the page says."""
    monkeypatch.chdir(tmp_path)
    text = (DOCS / page).read_text(encoding="utf-8")
    for module in NEEDS.findall(text):
        pytest.importorskip(module, reason=f"{module} is in the lane hosts")
    runs = "\n% runs\n" in text or "\n% installs\n" in text
    own = "\n% installs\n" in text
    programs: Path = request.getfixturevalue("programs") if own else Path(sys.executable).parent
    namespace: dict[str, object] = {"__name__": "page"}
    for block in blocks(text):
        if block.file is not None:
            kept(block, block.file)
        elif block.kind == "python":
            ran(page, block, namespace)
        elif block.kind == "toml":
            assert tomllib.loads(block.text)
        elif block.kind == "json":
            assert json.loads(block.text)
        elif block.kind == "console" and runs:
            typed(page, block, programs)


def test_a_plugin_that_a_page_shows_passes_the_type_checker(tmp_path: Path) -> None:
    """A vendor who types a page's module has a plugin that mypy's strict mode takes."""
    pytest.importorskip("mypy", reason="the lane types has the type checker")
    modules = [
        block
        for page in pages()
        if not NEEDS.search((DOCS / page).read_text(encoding="utf-8"))
        for block in blocks((DOCS / page).read_text(encoding="utf-8"))
        if block.file is not None and block.file.endswith(".py")
    ]
    for block in modules:
        path = tmp_path / str(block.file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    checked = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases"]
    done = subprocess.run(
        [*checked, *(str(block.file) for block in modules)],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": os.pathsep.join(map(str, [*tmp_path.rglob("src"), *tmp_path.rglob("tests")]))},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert modules
    assert done.returncode == 0, done.stdout
