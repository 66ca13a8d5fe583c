"""``python -m ops``: the command line without its installed script.

Flow: shell → **__main__** → cli.
"""

from ops.cli import main

if __name__ == "__main__":
    main()
