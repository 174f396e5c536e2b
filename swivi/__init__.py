"""Swivi pays clippers for the views of their short videos, exact to the cent."""

import gc

__version__ = "0.1.0"

# So many more objects than before, and the newest are looked through; each tenth time older ones
# too, and all. Here, before anything else is imported: else a tenth of a start is spent on looking
# for garbage in what stays.
gc.set_threshold(50_000, 10, 10)
