"""A page's own scripts are allowed by their hashes, and only on that page."""

import base64
import hashlib
from pathlib import Path

import pytest

from swivi.domain.platforms.registry import PLAYER_ORIGINS
from swivi.middleware.security_headers import page_policy, policies_of
from swivi.reflex_ext.toasts import BEFORE, SHOW, show_toasts


def allowed(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_a_script_within_the_page_is_allowed_once_and_to_the_letter() -> None:
    policy = page_policy(
        '<script>a()</script><script type="module" src="/x.js"></script><script>a()</script>',
        PLAYER_ORIGINS,
    )
    assert policy.count(allowed("a()")) == 1
    assert allowed("a() ") not in policy
    assert "script-src 'self' 'sha256-" in policy


def test_each_page_has_the_policy_of_its_own_scripts(tmp_path: Path) -> None:
    for path, script in {
        "index.html": "front",
        "login/index.html": "door",
        "404.html": "none",
    }.items():
        page = tmp_path / path
        page.parent.mkdir(exist_ok=True)
        page.write_text(f"<script>{script}</script>")
    policies = policies_of(tmp_path, PLAYER_ORIGINS)
    assert {
        path: allowed(name) in policies[path]
        for path, name in {"": "front", "login": "door"}.items()
    } == {
        "": True,
        "login": True,
    }
    assert allowed("front") not in policies["login"]
    assert allowed("none") in policies["404.html"]


def test_the_browser_learns_to_show_toasts_once() -> None:
    once = show_toasts(f"before\n{BEFORE}after\n")
    assert once.count(SHOW) == 1
    assert show_toasts(once) == once
    with pytest.raises(RuntimeError, match="Reflex changed"):
        show_toasts("another release")
