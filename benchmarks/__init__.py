"""Benchmarks: figures as ratios against a floor or a peer that is measured in the same run.

Run them with `make bench` or `python -m benchmarks NAME`; docs/performance.md explains the figures.

    settlement.py   many clips settled, against the quickest writes we know
    reading.py      many clips read, against latency and against the predecessor's schedule
    sharing.py      one tracking run by one process, and by two
    pages.py        pages in a browser, against a blank app
    live.py         from a commit to the frame in the browser; emitter.py is its floor
    cost.py         memory and processor time
    data.py         queries behind pages; visits.py lists them, scale.py fills the databases
    seals.py        sealing and checking rows
    audit.py        the audit of a filled database, whole and incremental

Helpers: crowd.py makes clips and users, dashboards.py opens websockets, served.py has the arguments
with which compared apps are served.
"""
