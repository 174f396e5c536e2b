"""The upstream source that Swivi copies or relies on, by hash.

A test compares these hashes with the installed packages. When it fails after an upgrade, do what
`check` says, then write the new hash here. `python -m swivi.reflex_ext.upstream` prints the hashes
of the installed packages.
"""

import hashlib
import inspect
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of upstream source."""

    name: str
    """`module:Class.method`, or `package/path/to/file` for what is not Python."""
    digest: str
    """The first 16 hexadecimal digits of the text's SHA-256."""
    check: str
    """What to look at if the text changes."""


VERSIONS: Final = {
    "reflex": "0.10.1",
    "python-socketio": "5.18.1",
    "python-engineio": "4.15.1",
    "starlette": "1.10.0",
}
"""The releases whose source was read."""

SOURCES: Final = (
    Source(
        "reflex.app:App.modify_state",
        "a6d1163cbd1313e5",
        "LiveApp.change copies it without the turn of the loop at the end",
    ),
    Source(
        "reflex.app:App.__call__",
        "afd0ee6e5cefe4f9",
        "LiveApp.__call__ expects a Starlette app whose routes are mounts",
    ),
    Source(
        "reflex.app:App._setup_state",
        "a9e1a650311f8778",
        "sockets.install replaces the namespace that it registers",
    ),
    Source(
        "reflex.app:EventNamespace.on_connect",
        "8468f00a4d9e2e86",
        "CheckedNamespace.on_connect checks the first event, which it takes from `auth`",
    ),
    Source(
        "reflex.app:EventNamespace._build_static_router_data",
        "e36b5b5b337a3265",
        "CheckedNamespace removes credentials from the headers that it returns",
    ),
    Source(
        "reflex.app:EventNamespace.on_disconnect",
        "e4988eefdfef1744",
        "CheckedNamespace.on_disconnect reads token and address before it deletes them",
    ),
    Source(
        "reflex.app:EventNamespace.on_event",
        "24c7d0c86b02c2e1",
        "CheckedNamespace.on_event passes it the fields that it reads, and no others",
    ),
    Source(
        "reflex.app:EventNamespace.emit_update",
        "711076ce3ff560d6",
        "LiveApp._send copies it for tabs of this process",
    ),
    Source(
        "reflex.state:State",
        "24f3b18af8b5e0a1",
        "handlers.py lists the handlers that the front end sends, and those to keep unreachable",
    ),
    Source(
        "reflex.state:OnLoadInternalState",
        "0dfc4e11a81b4a6d",
        "handlers.py lists the handlers that the front end sends",
    ),
    Source(
        "reflex.state:UpdateVarsInternalState",
        "221e82cb1d8731d8",
        "handlers.py keeps its handler unreachable",
    ),
    Source(
        "reflex.state:FrontendEventExceptionState",
        "16fe736750df01fe",
        "handlers.py lets every client call its handler",
    ),
    Source(
        "reflex.state:BaseState._deserialize",
        "adc302af268a1a30",
        "state_store reads the owner of a state in Redis with it",
    ),
    Source(
        "reflex.istate.manager.memory:StateManagerMemory._purge_token",
        "abfd05ca1b2bb802",
        "state_store deletes a guest's state with it, if the lock is free",
    ),
    Source(
        "reflex.istate.manager.redis:StateManagerRedis._lock",
        "66eae6627c3c97f6",
        "state_store deletes a guest's state under this lock",
    ),
    Source(
        "reflex.istate.manager.redis:StateManagerRedis.set_state",
        "8b2a155cc32ad4a5",
        "state_store deletes the keys that it writes: one for each class of the tree",
    ),
    Source(
        "reflex.istate.manager.token:BaseStateToken",
        "16a124c1b4a6fefe",
        "state_store finds states and locks by its keys",
    ),
    Source(
        "reflex.utils.token_manager:RedisTokenManager._get_redis_key",
        "79044ad32d3ed188",
        "state_store builds the same key to see whether a tab has a socket in any process",
    ),
    Source(
        "reflex.app_mixins.middleware:MiddlewareMixin._preprocess",
        "ea3f1f87f3ba1566",
        "EventCheck relies on the order, and on an answer that replaces the handler",
    ),
    Source(
        "reflex_base.event.processor.base_state_processor:BaseStateEventProcessor",
        "fd9a990765cac4fb",
        "current_event.on_done relies on one task for middleware and handler of an event",
    ),
    Source(
        "reflex_base.event.context:EventContext",
        "96f83d22b957aa57",
        "current_event reads the tab and sends deltas; LiveApp.change forks it",
    ),
    Source(
        "reflex_base.event:server_side",
        "54b784a48a7abb2b",
        "toasts builds its event with it",
    ),
    Source(
        "reflex_base.utils.format:sanitize_client_log_value",
        "e83814d06b84edb4",
        "client_text relies on it against forged log lines",
    ),
    Source(
        "socketio.async_manager:AsyncManager.emit",
        "01ccd5b82b4f955e",
        "CheckedNamespace.emit copies it for one recipient, without a task",
    ),
    Source(
        "socketio.async_server:AsyncServer._send_eio_packet",
        "64cf72a2ab7d75b1",
        "CheckedNamespace.emit sends as it does",
    ),
    Source(
        "socketio.async_server:AsyncServer._handle_eio_message",
        "bef50fc0e1635921",
        "sockets wraps it, and drops a message if it raises",
    ),
    Source(
        "engineio.async_server:AsyncServer.send",
        "ff1fdb18f1c30bb3",
        "CheckedNamespace.emit relies on it not to wait for the network",
    ),
    Source(
        "starlette.routing:Mount",
        "c26216b232851cb4",
        "mounts.match_every_path replaces the pattern that its constructor compiles",
    ),
    Source(
        "reflex_base/.templates/web/utils/state.js",
        "35aaa45437a3b15c",
        "one_origin and toasts insert code into getBackendURL and applyEvent",
    ),
    Source(
        "reflex_base.compiler.templates:vite_config_template",
        "d9905309af72aabc",
        "one_origin and first_frame insert settings into what it returns",
    ),
    Source(
        "reflex_base.compiler.templates:app_root_template",
        "d1a5887e50711072",
        "first_frame appends a component to what it returns",
    ),
)


def installed_digest(source: Source) -> str:
    """Return the digest of a source in the installed packages.

    Raise ImportError, AttributeError or FileNotFoundError if it is gone.
    """
    module, _, path = source.name.partition(":")
    text = inspect.getsource(_found(module, path)) if path else _file(source.name).read_text()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _found(module: str, path: str) -> Any:
    found: Any = import_module(module)
    for name in path.split("."):
        found = (
            inspect.getattr_static(found, name) if inspect.isclass(found) else getattr(found, name)
        )
    return found.__func__ if isinstance(found, classmethod | staticmethod) else found


def _file(name: str) -> Path:
    package, _, rest = name.partition("/")
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent / rest


if __name__ == "__main__":
    for each in SOURCES:
        print(installed_digest(each), each.name)  # noqa: T201
