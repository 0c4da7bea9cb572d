"""The start of `python -m runner` and of this file by its path. sudo drops PYTHONPATH, so we set the path ourselves."""

import sys
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from runner.cli import main

sys.exit(main())
