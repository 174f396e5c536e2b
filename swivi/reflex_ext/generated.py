"""Changing the front end that Reflex generates, where it has no setting for it."""


def insert(addition: str, text: str, *, before: str = "", after: str = "") -> str:
    """The text with the addition beside a place that it has once; unchanged if it has it already.

    Raises RuntimeError where Reflex's text is not what it was in 0.10.1, which stops the build.
    """
    if addition in text:
        return text
    place = before or after
    if text.count(place) != 1:
        raise RuntimeError(f"Reflex changed a text that Swivi builds on: {place.strip()!r}")
    return text.replace(place, addition + place if before else place + addition)
