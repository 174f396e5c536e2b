"""The only package that uses internals of Reflex, Socket.IO, Engine.IO and Starlette.

Everything else imports `reflex as rx`, `reflex.event` and `reflex.vars`, which are public. `make
lint` holds that rule (banned imports in pyproject.toml). `upstream.py` lists every upstream source
that these modules copy or rely on. A test compares the hashes, so an upgrade fails there first.

For serving: `live_app`, `sockets`, `tabs`, `event_checks`, `handlers`, `current_event`,
`state_store`, `client_text`, `mounts`. For the build: `config`, `built_files`, `generated`,
`one_origin`, `first_frame`, `toasts`.

These modules import nothing of Swivi but `swivi.core`.
"""
