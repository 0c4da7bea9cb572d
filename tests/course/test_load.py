"""A folder of lessons: the course it becomes, and every way in which it can be refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.course import lesson_folders, load
from runner.messages import catalog
from runner.records.course import Check, Fails, Predict, Question, Sabotage, Undo, Variable
from runner.records.errors import Fault, InvalidLesson
from runner.records.texts import Dual
from tests.support import mutants
from tests.support.cases import BAD, COURSE, GOOD, LESSON, PT, Case, copy_of_good, replace

CHANGED = {name: (GOOD / name).read_text() for name in (LESSON, PT, COURSE)}  # by the random tests


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading lessons starts no process."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    for module, name in ((subprocess, "Popen"), (os, "system"), (os, "fork"), (os, "posix_spawn"), (os, "execve")):
        monkeypatch.setattr(module, name, refuse)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_good(tmp_path)


def faults_of(folder: Path) -> list[Fault]:
    with pytest.raises(InvalidLesson) as error:
        load.course(folder)
    return list(error.value.faults)


def keys_of(folder: Path) -> list[str]:
    base = str(lesson_folders.shown(folder))
    return [f"{fault.file.removeprefix(base).lstrip('/')} {fault.key}" for fault in faults_of(folder)]


# --- what is right ----------------------------------------------------------------------------


def test_a_course() -> None:
    course = load.course(GOOD)
    assert course.title == {"pt": "Curso pequeno", "en": "A small course"}
    assert course.variables["pids"] == Variable("count", "20")
    assert [(lesson.number, lesson.id, lesson.minutes) for lesson in course.lessons] == [
        (1, "first", 5),
        (2, "second", 10),
        (3, "third", 5),
    ]
    first, second, third = course.lessons
    assert (first.leaves, first.needs, second.needs) == (("make",), (), ("first",))
    assert second.requires == ("root", "namespace.uts", "tool.hostname")
    assert second.directory == GOOD / "02-second"
    assert second.quiz == (Question("which", ("u", "m", "no"), ("u",)), Question("some", ("a", "b", "c"), ("a", "c")))
    assert third.quiz == (
        Question("file", accepts=(Dual("{{ root }}/etc", "{{ root }}/etc"), Dual("one", "two"))),
        Question("count", number=6.0, tolerance=0.5),
        Question("exit", number=-1.0),
        Question("which", ("a", "b"), ("a",)),
    )


def test_the_place_of_the_students_folder_is_filled_in_at_once(tmp_path: Path) -> None:
    """It is the same on every machine, so nobody who shows or types a command need know of it."""
    folder = copy_of_good(tmp_path)
    third = folder / "03-third"
    replace(third / "lesson.yaml", "minutes: 5", "minutes: 5\nfolder: notes")
    replace(third / "lesson.yaml", "run: ls {{ root }}", "run: ls {{ folder }}/{{ hostname }}")
    replace(third / "en.yaml", "explain: We look.", 'explain: "In {{ folder }}."')
    replace(third / "pt.yaml", "explain: We look.", 'explain: "Em {{folder}}."')
    first, _, made = load.course(folder).lessons
    assert (first.folder, made.folder) == (None, "notes")
    assert made.steps[0].run.v2 == "ls /root/notes/{{ hostname }}"
    assert made.words["en"].steps["look"].explain == Dual.of("In /root/notes.")
    assert made.words["pt"].steps["look"].explain == Dual.of("Em /root/notes.")


def test_steps() -> None:
    second = load.course(GOOD).lesson("second")
    enter, rename, group, leave = second.steps
    assert (enter.at, enter.enters, enter.undo) == ("host", "container", Undo((Dual("exit", "exit"),)))
    assert (rename.at, rename.timeout, rename.output) == ("container", 2.5, 65536)
    assert rename.checks == (
        Check("hostname", {"of": "container", "is": "{{ hostname }}", "host": "unchanged"}, 3.0),
        Check("output", {"matches": "^\\s*$", "lines": {"at_most": 1}}),
    )
    assert group.run.on("v1") == "mkdir {{ pids_group }}"
    assert group.run.differs
    assert group.output == 4096
    assert group.fails == Fails(1, "no such")
    assert group.binds == {"decoy": "sleep 3600"}
    assert group.undo.commands[0] == Dual("rmdir {{ pids_group }}", "true")
    assert leave.undo == Undo(replay=True)


def test_words() -> None:
    words = load.course(GOOD).lesson("second").words
    assert set(words) == {"pt", "en"}
    rename = words["pt"].steps["rename"]
    assert rename.hints == ("Um comando curto.", "O mesmo que mostra o nome.")
    assert rename.after == Dual("Só aqui dentro.", "Só aqui dentro.")
    assert rename.why is None
    assert words["en"].steps["enter"].flags == {"-u": "own name", "-R": "own root"}
    assert words["en"].quiz["which"].reasons["no"] == "One is missing."
    typed = load.course(GOOD).lesson("third").words["pt"].quiz["file"]
    assert (typed.right, typed.wrong) == (Dual("Sim.", "Sim."), Dual("Não.", "Não."))
    assert typed.remarks == {"/etc": Dual("Não.", "Não.")}


def test_notes_are_for_all_languages_or_none(folder: Path) -> None:
    portuguese, english = (folder / "02-second" / f"{language}.yaml" for language in ("pt", "en"))
    replace(portuguese, "    title: Renomear\n", "    title: Renomear\n    notes: {v1: Devagar., v2: Espere.}\n")
    assert keys_of(folder) == ["02-second/en.yaml words-lacking"]
    replace(english, "    title: Rename\n", "    title: Rename\n    notes: Ask first.\n")
    words = load.course(folder).lesson("second").words
    assert words["pt"].steps["rename"].notes == Dual("Devagar.", "Espere.")
    assert words["en"].steps["rename"].notes == Dual("Ask first.", "Ask first.")
    assert words["en"].steps["enter"].notes is None


def test_one_language_is_enough_if_asked(folder: Path) -> None:
    (folder / "02-second" / "en.yaml").unlink()
    assert set(load.course(folder, ("pt",)).lesson("second").words) == {"pt"}


@pytest.mark.parametrize(
    ("predict", "key"),
    [
        ("{kind: lines, of: container}", "predict-of"),
        ("{kind: pid}", "missing-key"),
        ("{kind: pid, of: decoy}", "unknown-place"),
        ("{kind: pid, of: containr}", "unknown-place-near"),
        ("{kind: linez}", "want-choice-near"),
        ("linez", "want-mapping"),
    ],
)
def test_bad_predictions(predict: str, key: str, folder: Path) -> None:
    replace(folder / LESSON, "timeout: 2.5\n", f"timeout: 2.5\n    predict: {predict}\n")
    for name in ("pt", "en"):
        replace(folder / "02-second" / f"{name}.yaml", "  rename:\n", "  rename:\n    predict: {ask: A?, why: B.}\n")
    assert keys_of(folder) == [f"02-second/lesson.yaml {key}"]


def test_what_is_predicted_is_asked_in_every_language(folder: Path) -> None:
    replace(folder / LESSON, "timeout: 2.5\n", "timeout: 2.5\n    predict: {kind: pid, of: container}\n")
    assert keys_of(folder) == ["02-second/pt.yaml words-missing", "02-second/en.yaml words-missing"]
    for name in ("pt", "en"):
        replace(folder / "02-second" / f"{name}.yaml", "  rename:\n", "  rename:\n    predict: {ask: A?, why: B.}\n")
    rename = load.course(folder).lesson("second").step("rename")
    assert rename.predict == Predict("pid", "container")


def test_a_sentence_of_a_check_stands_in_every_language(folder: Path) -> None:
    replace(folder / LESSON, "within: 3\n", "within: 3\n        sentence: renamed\n")
    assert keys_of(folder) == ["02-second/pt.yaml words-missing", "02-second/en.yaml words-missing"]
    for name in ("pt", "en"):
        replace(
            folder / "02-second" / f"{name}.yaml", "  rename:\n", "  rename:\n    evidence: {renamed: It has a name.}\n"
        )
    second = load.course(folder).lesson("second")
    assert [check.sentence for check in second.step("rename").checks] == ["renamed", ""]
    assert second.words["en"].steps["rename"].evidence == {"renamed": "It has a name."}


def test_sabotage(folder: Path) -> None:
    sabotage = "sabotage: [{after: hostname oops}, {instead: {v1: echo 1, v2: echo 2}}]"
    replace(folder / LESSON, '    undo: hostname "$HOSTNAME"', f'    {sabotage}\n    undo: hostname "$HOSTNAME"')
    rename = load.course(folder).lesson("second").step("rename")
    oops = Dual("hostname oops", "hostname oops")
    assert rename.sabotage == (Sabotage(oops), Sabotage(Dual("echo 1", "echo 2"), instead=True))
    assert load.course(folder).lesson("second").step("leave").sabotage == ()


@pytest.mark.parametrize(
    ("answer", "question", "key"),
    [
        ("TWO/", "/etc", "remark-right"),
        ("/containers/small/etc", "/etc", "remark-right"),
        ("three", '"3"', "remark-number"),
        ('"5,6"', '"3"', "remark-right"),
    ],
)
def test_remarks_that_would_never_be_seen(answer: str, question: str, key: str, folder: Path) -> None:
    for name in ("pt", "en"):
        replace(folder / "03-third" / f"{name}.yaml", f"remarks: {{{question}:", f"remarks: {{{answer}:")
    assert keys_of(folder) == [f"03-third/{name}.yaml {key}" for name in ("pt", "en")]


# --- one fault per file of the corpus ----------------------------------------------------------


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad_file(case: Case, folder: Path) -> None:
    case.into(folder)
    started = time.process_time()
    (fault,) = faults_of(folder)
    assert time.process_time() - started < 1
    assert fault.file == str(folder / case.file)
    assert f"{fault.line}:{fault.column} {fault.key}" == case.faults
    assert_has_a_sentence(fault)


def assert_has_a_sentence(fault: Fault) -> None:
    assert fault.key in catalog.MESSAGES
    assert all(len(str(value)) < 500 for value in fault.values.values())
    catalog.text(fault.key, **fault.values)  # every placeholder has its value


def test_all_faults_of_all_files_at_once(folder: Path) -> None:
    """Cases for different files, and two for the same file, are all told together, in order."""
    replace(folder / LESSON, "timeout: 2.5", "timeout: 2s")
    replace(folder / LESSON, "needs: [first]", "needs: [frist]")
    replace(folder / LESSON, "alive: false", "alive: no")
    replace(folder / "01-first" / "pt.yaml", "hints: [Pense em diretórios.]", "hints: []")
    replace(folder / "01-first" / "en.yaml", "end: The end.", 'end: "The end.')
    replace(folder / "course.yaml", "64M", "64MB")
    assert keys_of(folder) == [
        "course.yaml value-size",
        "01-first/pt.yaml too-few",
        "01-first/en.yaml yaml-quote",
        "02-second/lesson.yaml unknown-lesson-near",
        "02-second/lesson.yaml want-number",
        "02-second/lesson.yaml want-flag",
    ]


# --- faults that no text file can show ---------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "yaml-empty"),
        (b"- a\n- b\n", "want-mapping"),
        (b"just words\n", "want-mapping"),
        (b"id: \xff\n", "not-utf8"),
        (b"id: a\x1b[2Jb\n", "control-character"),
        (b"x" * (10 << 20), "too-big"),
        (b"a: " + b"[" * 100_000, "too-deep"),
        (b"a: [" + b"x," * 300_000 + b"]", "too-many-values"),
        (b"steps: [" + b"{id: 1}," * 3_000 + b"]", "too-many-faults"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_bytes(content: bytes, key: str, folder: Path) -> None:
    (folder / LESSON).write_bytes(content)
    started = time.process_time()
    faults = faults_of(folder)
    assert time.process_time() - started < 1
    assert faults[-1].key == key
    assert {fault.file for fault in faults} == {str(folder / LESSON)}
    for fault in faults:
        assert_has_a_sentence(fault)


def test_alias_bomb(folder: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join(['*' + a] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    (folder / LESSON).write_text("\n".join(lines))
    started = time.process_time()
    faults = faults_of(folder)
    assert time.process_time() - started < 1
    assert {"yaml-anchor", "yaml-alias", "unknown-key"} <= {fault.key for fault in faults}


def test_missing_files_and_folders(folder: Path, tmp_path: Path) -> None:
    (folder / "01-first" / "en.yaml").unlink()
    (folder / "02-second" / "lesson.yaml").unlink()
    (folder / "course.yaml").unlink()
    assert keys_of(folder) == [
        "course.yaml file-missing",
        "01-first/en.yaml file-missing",
        "02-second/lesson.yaml file-missing",
    ]
    for path in (tmp_path / "absent", tmp_path / "empty"):
        if path.name == "empty":
            path.mkdir()
        assert "no-lessons" in {fault.key for fault in faults_of(path)}


def test_words_of_engines_beside_steps_that_nobody_understands(folder: Path) -> None:
    """There is no step then that a word could belong to, and the faults are told all the same."""
    words = "engines:\n  - {oci: hostname}\n  - {step: enter, oci: hostname}\n"
    path = folder / LESSON
    path.write_text(path.read_text().replace("steps:\n", f"{words}steps: 7\nstopped:\n"))
    with pytest.raises(InvalidLesson) as error:
        load.course(folder)
    keys = {fault.key for fault in error.value.faults if fault.file.endswith(LESSON)}
    assert keys >= {"unknown-step"}


def test_folder_names(folder: Path) -> None:
    (folder / "3-third").mkdir()
    (folder / "\udcff").mkdir()  # a name that is no UTF-8
    (folder / "__pycache__").mkdir()
    (folder / "README.md").write_text("not a lesson")
    (folder / "05-second").mkdir()
    shutil.copytree(folder / "02-second", folder / "05-second", dirs_exist_ok=True)
    assert keys_of(folder) == [" folder-name", " folder-name", "05-second/lesson.yaml lesson-twice"]


@pytest.mark.timeout(10)
def test_links_may_not_lead_out(folder: Path, tmp_path: Path) -> None:
    outside = Path(shutil.copytree(folder / "02-second", tmp_path / "outside"))
    (folder / "04-fourth").symlink_to(outside)
    (folder / "02-second" / "pt.yaml").unlink()
    (folder / "02-second" / "pt.yaml").symlink_to("../../outside/pt.yaml")
    (folder / "01-first" / "en.yaml").unlink()
    os.mkfifo(folder / "01-first" / "en.yaml")
    assert keys_of(folder) == [" outside", "01-first/en.yaml not-a-file", "02-second/pt.yaml outside"]


def test_a_link_to_itself(folder: Path) -> None:
    (folder / "01-first" / "en.yaml").unlink()
    (folder / "01-first" / "en.yaml").symlink_to("en.yaml")
    (folder / "04-fourth").symlink_to("04-fourth")
    assert keys_of(folder) == ["01-first/en.yaml file-unreadable"]


def test_a_file_is_no_folder_of_lessons(folder: Path) -> None:
    assert "file-unreadable" in {fault.key for fault in faults_of(folder / "course.yaml")}


def test_a_link_inside_is_fine(folder: Path) -> None:
    (folder / "01-first" / "en.yaml").rename(folder / "01-first" / "english.yaml")
    (folder / "01-first" / "en.yaml").symlink_to("english.yaml")
    load.course(folder)


# --- what nobody thought of --------------------------------------------------------------------

MUTANTS = st.one_of(mutants.bytes_of(CHANGED), mutants.trees_of(CHANGED))


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path_factory.mktemp("fuzz") / "lessons"))


def try_it(folder: Path, name: str, content: bytes) -> None:
    """A course or faults, never anything else."""
    (folder / name).write_bytes(content)
    try:
        load.course(folder)
    except InvalidLesson as error:
        assert error.faults
        for fault in error.faults:
            assert_has_a_sentence(fault)
            assert fault.line >= 1 <= fault.column
    finally:
        (folder / name).write_text(CHANGED[name])


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=MUTANTS)
def test_broken_files_give_faults(case: tuple[str, bytes], scratch: Path) -> None:
    try_it(scratch, *case)
