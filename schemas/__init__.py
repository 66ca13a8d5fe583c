"""The language: values that cross a process boundary.

Flow: everything speaks **schemas**; it imports nothing of ours.
"""
