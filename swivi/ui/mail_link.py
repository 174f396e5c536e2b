"""Taking the secret of a mail's link out of the address, before anything else in the page reads
that.

It stands behind the #, which browsers send to nobody, and goes into the form as that is sent: no
state on the server ever holds it. A page that is loaded again has lost it; the link in the mail
still works.
"""

from typing import Final

import reflex as rx

FIELD: Final = "token"
"""The hidden field of the forms that it goes into."""

# No quotes and no angle brackets: within a page, React writes those as entities, which scripts do
# not understand.
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
    """For the head of every page: whoever follows a link arrives there first."""
    return rx.el.script(_SCRIPT)


def link_token() -> rx.Component:
    """The hidden field."""
    return rx.el.input(type="hidden", name=FIELD)
