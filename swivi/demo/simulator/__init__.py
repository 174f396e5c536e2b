"""A stand-in for the Apify API: the part of its HTTP protocol that Swivi's client uses.

Three ways to run it:

- mounted in the app in demo mode: `Mount("/demo/apify", create_simulator(token=...))`;
- inside a test process: `create_simulator(state, control=True)` in an ASGI server, controlled
  through `state`;
- as its own process: `python -m swivi.demo.simulator --port 9000`, controlled over HTTP
  (see `control.py`).

It answers for any video, with views that grow by the clock (`growth.views_at`).
"""
