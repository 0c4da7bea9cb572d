"""Draw the README's pictures: the program's own stills of a few steps.

python tests/pictures/make.py            # as root; writes *.svg beside this file
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = [("hostname", "pt", ("host-intact", "enter")), ("cgroups", "en", ("inside", "out-of-memory"))]


def main() -> None:
    for lesson, language, steps in PICTURES:
        stills = [f"--still={step}={HERE / f'{lesson}.{language}.svg'}" for step in steps]
        subprocess.run([sys.executable, "-m", "runner", "run", lesson, "--lang", language, *stills], check=True)


if __name__ == "__main__":
    main()
