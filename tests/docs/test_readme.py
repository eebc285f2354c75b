"""What the README shows is so: its journey by hand and the same from Python, in the folder that it makes."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mkd_core
import mkd_plugins

pytest.importorskip("holidays", reason="the journey's deadlines need the extra")

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"^```(console|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
END = "<<<the end of a command>>>"
MOST_STATEMENTS = 40


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(README.read_text(encoding="utf-8")) if found == kind]


def commands() -> list[tuple[str, str]]:
    """Every command of the console blocks with what it is shown to print."""
    found = []
    for part in re.split(r"^\$ ", "".join(blocks("console")), flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        more = next((at for at, line in enumerate(lines) if at and not line.startswith("> ")), len(lines))
        found.append(("\n".join(line.removeprefix("> ") for line in lines[:more]), "\n".join(lines[more:])))
    return found


def printed_as_shown(printed: str, shown: str) -> bool:
    """``...`` stands for anything."""
    pattern = ".*".join(map(re.escape, shown.strip().split("...")))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """All commands typed into one shell, one after the other: the folder it was in, and what each printed."""
    folder = tmp_path_factory.mktemp("readme")
    script = "\n".join(f"{command}\necho '{END}'" for command, _ in commands())
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MKD_")}
    done = subprocess.run(
        ["sh"],
        cwd=folder,
        env={**kept, "PATH": path, "COLUMNS": "100"},
        input=script,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return folder, done.stdout.split(f"{END}\n")[:-1]


def test_the_journey_by_hand_goes_as_shown(typed: tuple[Path, list[str]]) -> None:
    """Whoever types what the README says sees what the README shows."""
    wrong = [
        f"$ {command}\n{printed}"
        for (command, shown), printed in zip(commands(), typed[1], strict=True)
        if not printed_as_shown(printed, shown)
    ]

    assert not wrong, "\n".join(wrong)


def test_the_same_from_python_goes_as_shown(typed: tuple[Path, list[str]]) -> None:
    """The Python block prints what the README shows, in the folder that the commands made."""
    (code,), (shown,) = blocks("python"), blocks("text")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=typed[0] / "office",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.stdout, done.stderr) == (shown, "")


def test_the_same_from_python_is_short_and_uses_public_names_alone() -> None:
    """At most forty statements, and of this library only what ``__all__`` names."""
    (code,) = blocks("python")
    tree = ast.parse(code)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    ours = {
        (node.module, alias.name)
        for node in statements
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mkd_")
        for alias in node.names
    }
    public = {(package.__name__, name) for package in (mkd_core, mkd_plugins) for name in package.__all__}

    assert len(statements) <= MOST_STATEMENTS
    assert ours
    assert ours <= public
