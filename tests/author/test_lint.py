"""`lint`: what it says of good lessons (nothing), of each fault (its line and sentence), and how."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from runner.author import accept_translation, lint
from runner.author import lint_page as view
from runner.course import dangerous_commands, lesson_folders, load
from runner.host import package_files
from runner.messages import language
from runner.messages.lint import LINT as MESSAGES
from runner.records.errors import InvalidLesson, UsageError
from tests.support.cases import BAD, CASES, Case, copy_of_good, replace
from tests.support.command import semdocker
from tests.support.lint_cases import LINT

SENTENCES = CASES / "sentences.yaml"  # `python -m tests.author.test_lint` writes it, and people read it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


def faults(folder: Path) -> list[str]:
    base = lesson_folders.shown(folder)
    report = lint.lint((folder,))
    return [f"{f.file.removeprefix(base).lstrip('/')}:{f.line}:{f.column} {f.key}" for f in report.faults]


# --- nothing to complain about -----------------------------------------------------------------


def test_the_built_in_lessons() -> None:
    """A word changed in pt.yaml makes the translation stale: compare, then `semdocker lint --accept`."""
    report = lint.lint((package_files.lessons(),))
    assert [view.sentence(fault) for fault in report.faults] == []
    assert report.lessons >= 6


def test_the_good_corpus(folder: Path) -> None:
    assert faults(folder) == []


def test_a_lesson_with_a_folder(folder: Path) -> None:
    """The word is avoided, the variable is not; and its command keeps out of the way of `rm -r`, as in any variable."""
    third = folder / "03-third"
    replace(third / "lesson.yaml", "minutes: 5", "minutes: 5\nfolder: notes")
    replace(third / "lesson.yaml", "run: ls {{ root }}", "run: rm -r {{ folder }}/x")
    for name in ("en", "pt"):
        replace(third / f"{name}.yaml", "explain: We look.", 'explain: "In {{ folder }}."')
    assert faults(folder) == []


# --- one fault a case --------------------------------------------------------------------------


@pytest.mark.parametrize("case", LINT, ids=lambda case: case.name)
def test_case(case: Case, folder: Path) -> None:
    case.into(folder)
    assert faults(folder) == case.expected()


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_what_the_loader_refuses_is_told_as_the_loader_tells_it(case: Case, folder: Path) -> None:
    """What else follows from half a file does not matter."""
    case.into(folder)
    assert set(case.expected()) <= set(faults(folder))


def test_every_fault_has_a_case() -> None:
    keys = {fault.split()[1] for case in LINT for fault in case.expected()}
    ours = {key for key in MESSAGES if "." not in key}
    # One needs a full disk (below), the other a third language (tests/journeys/test_third_language.py).
    elsewhere = {"not-written", "untranslated"}
    usage = {key for key in ours if key.startswith(("no-such", "new-"))}
    assert ours - elsewhere - usage <= keys
    assert keys >= lint.WARNINGS - elsewhere


def sentences(folder: Path) -> dict[str, dict[str, str]]:
    """Return the sentences that are told of each case, in each language."""
    found: dict[str, dict[str, str]] = {}
    for case in (*BAD, *LINT):
        lessons = copy_of_good(folder / case.name)
        case.into(lessons)
        told = lint.lint((lessons,)).faults
        for spoken in ("en", "pt"):
            language.install(spoken)
            lines = [f"{f.file.rpartition('lessons/')[2]}:{f.line}:{f.column}: {view.sentence(f)}" for f in told]
            found.setdefault(case.name, {})[spoken] = "\n".join(lines)
    language.install("en")
    return found


def test_the_sentences_are_those_that_were_read_and_found_good(tmp_path: Path) -> None:
    """After a change: python -m tests.author.test_lint, then read the difference as the author of a lesson would."""
    assert sentences(tmp_path) == yaml.safe_load(SENTENCES.read_text())


# --- commands ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("rm -rf /", "recursive-removal"),
        ("rm -fr {{ root }}/a /etc", "recursive-removal"),
        ("rm -r {{ root }}/*", "recursive-removal"),
        ("rm -r {{ root }}/a/../../b", "recursive-removal"),
        ("cd / && sudo rm --recursive x", "recursive-removal"),
        ('sh -c "sh -c \'rm -rf \\"/\\"\'"', "recursive-removal"),
        ("$(rm -rf $X)", "recursive-removal"),
        ("find . -name x -delete", "recursive-removal"),
        ("umount -l {{ root }}/proc", "lazy-unmount"),
        ("umount --lazy x", "lazy-unmount"),
        ("/bin/umount -l .", "lazy-unmount"),
        ("a || :", "swallowed-error"),
        ("a &>/dev/null", "swallowed-error"),
        ("a >/dev/null 2>&1", "swallowed-error"),
        ("set +e; rmdir x", "swallowed-error"),
        ("rmdir a\ntrue", "swallowed-error"),
    ],
)
def test_hazard(command: str, found: str) -> None:
    assert [name for name, _ in dangerous_commands.hazards(command)] == [found]


@pytest.mark.parametrize(
    "command",
    [
        "rm {{ root }}/a",
        "rm -r {{ root }}/a {{root}}/b/c",
        "find {{ root }}/tmp -delete",
        "umount {{ root }}/l -v",
        "kill $!; wait $! || true",
        "echo 'rm -rf / || true'",
        "cp x /dev/null",
        "mknod -m 666 {{ root }}/dev/null c 1 3",
        "cat < /dev/null",
        "true",
        "a 2>&1 | head",
        "echo it's",
    ],
)
def test_no_hazard(command: str) -> None:
    assert list(dangerous_commands.hazards(command)) == []


@pytest.mark.parametrize(
    ("command", "after", "left"),
    [
        ("mount --rbind /dev {{ root }}/dev", "", ["{{ root }}/dev"]),
        ("mount -o rbind,ro /dev /x", "mount --make-rslave /y", ["/x"]),
        ("mount -R /dev /x", "mount --make-rslave /x", []),
        ("mount --rbind /dev /x && mount --make-rprivate /x", "", []),
        ("mount --rbind --make-rslave /dev /x", "", []),
        ("mount --bind /dev /x", "", []),
        ("unshare -R /x bash", "", []),
    ],
)
def test_recursive_binds(command: str, after: str, left: list[str]) -> None:
    assert list(dangerous_commands.shared_rbinds(command, after)) == left


def test_a_step_may_say_that_it_means_it(folder: Path) -> None:
    path = folder / "01-first" / "lesson.yaml"
    replace(path, "undo: rmdir {{ root }}", "undo: umount -l {{ root }}\n    allow: [lazy-unmount]")
    assert faults(folder) == []
    replace(path, "lazy-unmount", "lazy-unmont")
    assert [line.split()[-1] for line in faults(folder)] == ["lazy-unmount", "want-choice-near"]


def test_an_exercise_may_say_that_it_means_it(tmp_path: Path) -> None:
    lessons = Path(shutil.copytree(package_files.lessons(), tmp_path / "lessons"))
    path = lessons / "exercises" / "no-way-up" / "exercise.yaml"
    assert faults(lessons) == []
    replace(path, "allow: [lazy-unmount]\n", "")
    assert [line.split()[-1] for line in faults(lessons)] == ["lazy-unmount"] * 2
    replace(path, "start:\n", "allow: [lazy-unmount, kill-by-name]\nstart:\n")
    assert [line.split()[-1] for line in faults(lessons)] == ["allow-unused"]


def test_the_next_step_may_cut_a_recursive_bind_off(folder: Path) -> None:
    path = folder / "01-first" / "lesson.yaml"
    replace(path, "mkdir -p {{ root }}", "mkdir -p {{ root }} && mount --rbind /dev {{ root }}")
    assert [line.split()[-1] for line in faults(folder)] == ["shared-rbind"]
    replace(path, "quiz:", "  - {id: cut, run: 'mount --make-rslave {{ root }}', undo: nothing}\nquiz:")
    assert "shared-rbind" not in " ".join(faults(folder))


def test_what_breaks_an_exercise_may_fail_and_is_looked_at(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(package_files.lessons(), tmp_path / "lessons"))
    path = folder / "exercises" / "half-a-map" / "exercise.yaml"
    assert "fails: {exit: 1" in path.read_text()
    assert faults(folder) == []
    replace(path, "breaks:\n  - run: ", "breaks:\n  - run: umount -l {{ root }}; ")
    assert [line.split()[-1] for line in faults(folder)] == ["lazy-unmount"]


# --- translations ------------------------------------------------------------------------------


def accept(folder: Path) -> list[str]:
    drafts = load.read(folder).drafts
    return [str(path.relative_to(folder)) for draft in drafts for path in accept_translation.accept(draft)]


def test_a_translation_ages_when_its_source_changes(folder: Path) -> None:
    assert accept(folder) == ["01-first/en.yaml", "02-second/en.yaml", "03-third/en.yaml"]
    assert faults(folder) == []
    assert accept(folder) == []
    replace(folder / "02-second" / "pt.yaml", "explain: Um grupo.", "explain: Um grupo de controle.")
    assert faults(folder) == ["02-second/en.yaml:15:3 translation-stale"]
    replace(folder / "02-second" / "en.yaml", "explain: A group.", "explain: A control group.")
    assert accept(folder) == ["02-second/en.yaml"]
    assert faults(folder) == []
    load.course(folder)


def test_the_lessons_own_words_age_together(folder: Path) -> None:
    accept(folder)
    replace(folder / "01-first" / "pt.yaml", "end: Fim.", "end: Acabou.")
    (fault,) = lint.lint((folder,)).faults
    assert (fault.key, fault.line, fault.values["name"]) == ("translation-stale", 1, "title, goal, intro, end")


def test_how_lines_are_broken_is_no_change(folder: Path) -> None:
    accept(folder)
    replace(folder / "02-second" / "pt.yaml", "intro: Quem manda no nome?", "intro: |\n  Quem manda\n  no nome?")
    assert faults(folder) == []


def test_the_rest_of_a_file_is_left_as_it_was(folder: Path) -> None:
    path = folder / "01-first" / "en.yaml"
    replace(
        path, "end: The end.", "translated: {from: pt, lesson: '00000000', steps: {}, quiz: {}}\nend: The end.  # !"
    )
    before = path.read_text().splitlines()
    accept(folder)
    after = path.read_text().splitlines()
    assert after[: len(before) - 1] == [line for line in before if "translated" not in line]
    assert after[len(before) - 1].startswith("translated: #")


def test_only_clean_lessons_are_put_on_record(folder: Path) -> None:
    replace(folder / "01-first" / "pt.yaml", "end:", "fim:")
    before = (folder / "01-first" / "en.yaml").read_text()
    assert semdocker("lint", str(folder), "--accept").returncode == 3
    assert (folder / "01-first" / "en.yaml").read_text() == before


def test_the_record_as_json(folder: Path) -> None:
    done = semdocker("lint", str(folder / "01-first"), "--accept", "--json")
    files = [str(folder / "01-first" / "en.yaml")]
    assert json.loads(done.stdout) == {"schema": "semdocker/accept/1", "lang": "en", "files": files}
    assert "translated:" not in (folder / "02-second" / "en.yaml").read_text()


# --- paths, forms and exit codes ---------------------------------------------------------------


def test_one_lesson_of_a_course(folder: Path) -> None:
    replace(folder / "01-first" / "lesson.yaml", "minutes: 5", "minutes: 0")
    replace(folder / "02-second" / "lesson.yaml", "minutes: 10", "minutes: 0")
    for path in (folder / "02-second", folder / "02-second" / "pt.yaml"):
        report = lint.lint((path,))
        assert [Path(fault.file).parent.name for fault in report.faults] == ["02-second"]
        assert report.lessons == 1
    assert lint.lint((folder / "01-first", folder / "02-second")).lessons == 2
    (folder / "not a lesson").mkdir()
    assert "folder-name" in {fault.key for fault in lint.lint((folder,)).faults}
    assert "folder-name" not in {fault.key for fault in lint.lint((folder / "01-first",)).faults}
    (folder / "04-fourth").symlink_to("/etc")
    assert "outside" in {fault.key for fault in lint.lint((folder / "04-fourth",)).faults}
    with pytest.raises(UsageError):
        lint.lint((folder / "absent",))


def test_exit_codes(folder: Path) -> None:
    assert semdocker("lint", str(folder)).returncode == 0
    replace(folder / "course.yaml", "variables:", "variables:\n  spare: {type: count, default: '1'}")
    done = semdocker("lint", str(folder))
    assert done.returncode == 0  # a warning is no failure
    assert ": warning: " in done.stdout
    replace(folder / "02-second" / "lesson.yaml", "minutes: 10", "minutes: 0")
    done = semdocker("lint", str(folder))
    assert done.returncode == 3
    assert "3 lessons: 1 fault, 1 warning." in done.stdout
    assert done.stderr == ""


def test_json(folder: Path) -> None:
    replace(folder / "02-second" / "lesson.yaml", "minutes: 10", "minutes: 0")
    done = semdocker("lint", str(folder), "--json", "--lang", "pt")
    assert done.returncode == 3
    document = json.loads(done.stdout)
    (fault,) = document.pop("faults")
    assert document == {"schema": "semdocker/lint/1", "lang": "pt", "lessons": 3, "errors": 1, "warnings": 0}
    assert fault == {
        "file": str(folder / "02-second" / "lesson.yaml"),
        "line": 3,
        "column": 10,
        "severity": "error",
        "key": "out-of-range",
        "message": "0 está fora do intervalo: de 1 a 600.",
    }


def test_annotations_for_github(folder: Path) -> None:
    moved = folder.rename(folder.with_name("100%, a: b"))
    replace(moved / "02-second" / "lesson.yaml", "minutes: 10", "minutes: 0")
    done = semdocker("lint", str(moved), "--github")
    place = str(moved / "02-second" / "lesson.yaml").replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    assert done.stdout == f"::error file={place},line=3,col=10::0 is out of range: from 1 to 600.\n"


def test_the_loader_and_lint_agree(folder: Path) -> None:
    """What lint calls clean loads; what does not load is an error to lint."""
    for case in BAD:
        good = (folder / case.file).read_bytes()
        case.into(folder)
        with pytest.raises(InvalidLesson) as error:
            load.course(folder)
        report = lint.lint((folder,))
        (folder / case.file).write_bytes(good)
        assert report.errors >= len(error.value.faults)
        assert not {fault.key for fault in error.value.faults} & lint.WARNINGS


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        SENTENCES.write_text(yaml.safe_dump(sentences(Path(scratch)), allow_unicode=True, width=118, sort_keys=False))
