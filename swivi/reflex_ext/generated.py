"""Edits to the front end that Reflex generates, for what has no setting."""


def insert(addition: str, text: str, *, before: str = "", after: str = "") -> str:
    """Return the text with the addition next to a line that it contains exactly once.

    A text that has the addition already is returned unchanged. Raise RuntimeError, which stops the
    build, if Reflex's text is no longer that of 0.10.1.
    """
    if addition in text:
        return text
    place = before or after
    if text.count(place) != 1:
        raise RuntimeError(f"Reflex changed a text that Swivi builds on: {place.strip()!r}")
    return text.replace(place, addition + place if before else place + addition)
