"""The modules of this folder import each other by their names: it is a workshop beside the suite, not a package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
