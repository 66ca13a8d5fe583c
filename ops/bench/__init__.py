"""Benchmarks: what `make bench` measures, prints and draws. Nothing here is asserted in a test.

Flow: a Millrace in a process tree of its own ← load generator in another → **bench** → table, bench-report/index.html.
"""
