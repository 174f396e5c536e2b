"""Numbers that nobody means: each is refused by every door through which a number comes in."""

BAD_NUMBERS = (
    "1e1000000000",
    "-1e1000000000",
    "1e-1000000000",
    "1e999999",
    "1E+400",
    "9" * 5_000,
    "9" * 4_000,
    "0." + "9" * 4_000,
    "-" + "9" * 40,
    "NaN",
    "sNaN",
    "Infinity",
    "-Infinity",
    "-0",
    "-1",
    "\uff15\uff10",  # 50 in full-width digits
    "\u0665\u0660",  # 50 in Arabic digits
    "\u00b2",  # a superscript 2
    "0x10",
    "1_000",
    "1e2",
)
"""As text. In JSON, those that are JSON numbers are sent as such too."""

JSON_NUMBERS = tuple(
    number
    for number in BAD_NUMBERS
    if number.isascii() and not set(number) & set("x_s") and number != "1e2"
)
"""Those that a JSON parser of Python's takes for numbers. 1e2 is one that Swivi takes: 100."""
