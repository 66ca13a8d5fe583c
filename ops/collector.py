"""The garbage collector, set for a server: what lives for ever is not looked at again, and it looks seldom.

Flow: a process has started → **settle** → requests.
A webhook makes some hundred small objects that die at once by their counts; looking for cycles among them every 700
allocations costs about a twentieth of the time.
"""

import gc

ALLOCATIONS = 50_000
YOUNG_PASSES = 20
OLD_PASSES = 50


def settle() -> None:
    """Set the collector; called once, when everything is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, YOUNG_PASSES, OLD_PASSES)
