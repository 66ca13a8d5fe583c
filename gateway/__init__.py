"""The door: HTTP in, frames and commands out, answers back.

Flow: clients → **gateway** → log; views, history and replies → **gateway** → clients.
"""
