"""Swivi pays clippers for the views of their short videos, exact to the cent."""

__version__ = "0.1.0"
