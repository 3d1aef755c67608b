"""Run ``sophiie-mock`` as ``python -m mock_server``.

Before the first ``try`` only the standard library is imported, and modules that need nothing else: if a part of the
program is not installed, the command says so in one line.
"""

import sys

from mock_server.support.extras import install


def main() -> int:
    """Run the command and return its exit code."""
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
