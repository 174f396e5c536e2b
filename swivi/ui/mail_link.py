"""Removes the secret of a mail's link from the address before other scripts can read it.

The secret stands after the #, which browsers do not send. A script moves it into the form on
submit, so no state on the server ever holds it. Reloading the page loses it, but the link in the
mail still works.
"""

from typing import Final

import reflex as rx

FIELD: Final = "token"
"""Name of the hidden form field that receives the secret."""

# Without quotes and angle brackets: React escapes them as entities, which a script cannot read.
_SCRIPT = """(function () {
  if (![`/reset`, `/verify`].includes(location.pathname.replace(/\\/$/, ``))) return;
  const token = location.hash.slice(1);
  history.replaceState(null, ``, location.pathname + location.search);
  addEventListener(`submit`, function (event) {
    const field = event.target.elements.token;
    if (field) field.value = decodeURIComponent(token);
  }, true);
})();"""


def keep_link_secret() -> rx.Component:
    """Render the script. It belongs in the head, so that it runs before all others."""
    return rx.el.script(_SCRIPT)


def link_token() -> rx.Component:
    """Render the hidden form field."""
    return rx.el.input(type="hidden", name=FIELD)
