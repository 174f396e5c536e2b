"""Tell browsers what they may do with an answer: only what Swivi needs.

The policy is mainly about scripts: a page may run Swivi's scripts, and nothing that somebody
managed to inject. Reflex builds each page with a few inline scripts, so the policy allows their
hashes, page by page. It does not allow Reflex's `eval` of text that the server sends
(`reflex_ext/toasts.py` replaces that). Inline styles are allowed: Emotion, which styles Reflex's
components, writes them at run time, and pages built ahead cannot carry a nonce.

Sources: https://www.w3.org/TR/CSP3/, OWASP ASVS 5.0 V3.4.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FALLBACK = "404.html"
"""The built file for every address with an id in it."""

INLINE = re.compile(r"<script[^>]*>(.+?)</script>", re.DOTALL)

NOT_MODIFIED = 304
"""The browser uses its cached copy with that copy's policy; a header here would replace it."""

NOT_A_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of JSON, CSV and redirects: a browser that takes one for a page runs nothing."""

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The referrer is the bare origin, because YouTube's player refuses pages that send none."""

HTTPS_ONLY = "max-age=63072000"
"""Two years. Subdomains are excluded, because they belong to the operator."""


class SecurityHeaders:
    """Set the security headers on each answer that does not set them itself.

    `built` is the folder of the built pages, `players` the origins of embedded videos. `https` says
    whether browsers reach Swivi only by https.
    """

    def __init__(self, app: ASGIApp, built: Path, *, players: Sequence[str], https: bool) -> None:
        self._app = app
        self._policies = policies_of(built, players)
        self._headers = ALWAYS | ({"Strict-Transport-Security": HTTPS_ONLY} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if message["status"] != NOT_MODIFIED:
                    headers.setdefault(
                        "Content-Security-Policy", self._policy(scope["path"], headers)
                    )
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)

    def _policy(self, path: str, headers: MutableHeaders) -> str:
        if not headers.get("content-type", "").startswith("text/html"):
            return NOT_A_PAGE
        built_ahead = self._policies.get(path.strip("/"))
        return built_ahead or self._policies.get(FALLBACK, NOT_A_PAGE)


def policies_of(built: Path, players: Sequence[str]) -> Mapping[str, str]:
    """Return each built page's policy by its path without outer slashes, and the fallback's by
    name.
    """
    pages = {page.relative_to(built).as_posix(): page for page in built.rglob("*.html")}
    return {
        path.removesuffix("index.html").strip("/"): page_policy(page.read_text(), players)
        for path, page in pages.items()
    }


def page_policy(html: str, players: Sequence[str]) -> str:
    """Return a page's policy: its own scripts by hash, everything else from Swivi's origin."""
    scripts = " ".join(
        f"'sha256-{_hash(script)}'" for script in dict.fromkeys(INLINE.findall(html))
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"frame-src {' '.join(players)}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
