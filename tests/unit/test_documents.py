"""Documents name files, modules and make targets that exist, and are wrapped at 100 columns."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PARENTS = (ROOT, ROOT / "swivi", ROOT / "swivi" / "domain")
"""Where a path in a document may start: short forms leave out `swivi/` or `swivi/domain/`."""

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:[\w.@-]+/)+(?:[\w@-]+\.(?:py|md|sh|json|service)|Caddyfile)?")
SOURCE_FOLDERS = {"swivi", "tests", "docs", "benchmarks", "scripts", "alembic", "deploy"}
MODULE = re.compile(r"(?:python -m )?((?:swivi|benchmarks|tests)(?:\.\w+)+)")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
LOGGER = re.compile(r'getLogger\("([\w.]+)"\)')
TARGET = re.compile(r"\bmake ([a-z-]+)")
COLUMNS = 100


def spans(document: Path) -> list[str]:
    """The pieces of inline code."""
    return CODE.findall(FENCE.sub("", document.read_text()))


def named_paths(document: Path) -> Iterator[str]:
    """The source paths that a document names, such as `swivi/core/db.py` or `core/db.py`."""
    for span in spans(document):
        path = PATH.fullmatch(span.removeprefix("sh ").removeprefix(".venv/bin/python "))
        if path is None:
            continue
        first = path[0].split("/")[0]
        if path[0].endswith((".py", ".md", ".sh", ".service", "Caddyfile")) or (
            first in SOURCE_FOLDERS or (ROOT / "swivi" / first).exists()
        ):
            yield path[0]


def exists(path: str) -> bool:
    return any((parent / path).exists() for parent in PARENTS)


def is_module(name: str) -> bool:
    """Whether `name` is a module, something that a module defines, or the name of a logger."""
    path = ROOT.joinpath(*name.split("."))
    if path.with_suffix(".py").is_file() or path.is_dir():
        return True
    owner = path.parent.with_suffix(".py")
    if owner.is_file() and re.search(rf"\b{path.name}\b", owner.read_text()):
        return True
    return name in logger_names()


@cache
def logger_names() -> frozenset[str]:
    sources = (file.read_text() for file in (ROOT / "swivi").rglob("*.py"))
    return frozenset(name for source in sources for name in LOGGER.findall(source))


def test_the_documents_are_found() -> None:
    assert len(DOCUMENTS) > 20
    assert sum(len(list(named_paths(document))) for document in DOCUMENTS) > 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_is_named_exists(document: Path) -> None:
    assert [path for path in named_paths(document) if not exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_that_is_named_exists(document: Path) -> None:
    named = [match[1] for span in spans(document) if (match := MODULE.fullmatch(span))]
    assert [name for name in named if not is_module(name)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    linked = LINK.findall(document.read_text())
    assert [link for link in linked if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match[1] for span in spans(document) if (match := TARGET.search(span))}
    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_is_wrapped(document: Path) -> None:
    """Tables, pictures, links and blocks of code may be wider: they cannot be wrapped."""
    prose = FENCE.sub("", document.read_text()).splitlines()
    wide = [
        line
        for line in prose
        if len(line) > COLUMNS and not line.lstrip().startswith(("|", "<")) and "://" not in line
    ]
    assert wide == []


def test_the_architecture_names_every_package() -> None:
    """A newcomer finds each folder of `swivi/` and each room of the domain in one document."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    packages = [path.parent for path in sorted((ROOT / "swivi").glob("*/__init__.py"))]
    rooms = [path.parent for path in sorted((ROOT / "swivi" / "domain").glob("*/__init__.py"))]
    assert [path.name for path in (*packages, *rooms) if f"{path.name}/" not in text] == []
