"""`python -m runner`, and the same by path: sudo drops PYTHONPATH, so the package finds itself then."""

import sys
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from runner.cli import main

sys.exit(main())
