"""A file that is to be written has the ending of its kind: a forgotten word must not cost a student's script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import semdocker


@pytest.mark.parametrize(
    "words",
    [
        ("grade", "--csv"),
        ("grade", "--junit"),
        ("export", "--to"),
        ("class", "report", "--csv"),
        ("class", "report", "--to"),
    ],
)
def test_another_file_is_not_written_over(tmp_path: Path, words: tuple[str, ...]) -> None:
    script = tmp_path / "ana.sh"
    script.write_text("#!/bin/sh\n")
    more = [str(tmp_path / "bob.sh")] if words[0] in {"grade", "class"} else []
    done = semdocker(*words, str(script), *more, "--lang", "en")
    assert done.returncode == 2
    assert "it must end in ." in " ".join(done.stderr.split())
    assert script.read_text() == "#!/bin/sh\n"
