"""What SECURITY.md says a test holds is held by a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "SECURITY.md").read_text()
ITEM = re.compile(
    r"^\| (?=\d+\.\d+\.)(?P<items>[^|]+)\|(?P<how>[^|]+)\|(?P<held_by>[^|]*)\|$", re.MULTILINE
)


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:tests|docs|scripts)/[^`]+)`", DOCUMENT))
    assert len(named) > 40
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_item_has_a_test_or_a_reason() -> None:
    items = list(ITEM.finditer(DOCUMENT))
    assert len(items) > 60
    bare = [item["items"].strip() for item in items if not item["held_by"].strip()]
    assert bare == ["6.4.2", "8.4.1"], "only of what does not exist there is nothing to test"
