"""A leash: becomes another program that the kernel kills when its parent ends, however that ends.

Flow: broker → **leash** → java. A script of its own and not a `preexec_fn`, which may deadlock where threads run.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def run(parent: int, command: list[str]) -> None:
    """Become the command, bound to the life of the thread that started this process. Linux only; elsewhere unbound."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the leash was on
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 the command is the caller's own


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2:])
