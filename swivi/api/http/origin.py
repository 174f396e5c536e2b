"""Protection against cross-site request forgery for requests that a cookie authenticates."""

from starlette.requests import HTTPConnection

from swivi.core.errors import NotAllowed
from swivi.middleware.websockets import same_origin


class CrossSite(NotAllowed):
    """The request came from a page of another site."""

    code = "cross_site"
    only_unsafe = True

    def __init__(self) -> None:
        super().__init__("This was not sent from Swivi's own pages.")


def must_be_own_page(request: HTTPConnection) -> None:
    """Raise CrossSite unless a page of this origin sent the request.

    `Sec-Fetch-Site` decides if the browser sends it (https and localhost). Otherwise `Origin`
    decides, which browsers send with every POST:
    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
    """
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is None:
        environ = {
            "HTTP_HOST": request.headers.get("host"),
            "HTTP_X_FORWARDED_HOST": request.headers.get("x-forwarded-host"),
        }
        own = same_origin(request.headers.get("origin"), environ)
    else:
        own = fetched_from in (
            "same-origin",
            "none",
        )  # "none" is the address bar, which no page can use
    if not own:
        raise CrossSite
