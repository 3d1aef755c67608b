"""``python -m mock_server`` is ``sophiie-mock``.

Nothing but the standard library, and what needs no more than that, is imported before the first ``try``: where a part
of the program is not installed, that is said in a line too.
"""

import sys

from mock_server.support.extras import install


def main() -> int:
    """Run the command; the exit code."""
    try:
        from mock_server.cli.main import main as command  # start-up: see above
    except ImportError as fault:
        if sys.stderr is not None:
            sys.stderr.write(f"sophiie-mock: {fault} → {install()}, which brings what fits\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return command()


if __name__ == "__main__":
    sys.exit(main())
