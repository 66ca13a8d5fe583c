"""The machine room: command line, settings, wiring, deployment files, benchmarks.

Flow: environment → **ops** → everything else; the outermost package, the only one that may import all others.
"""
