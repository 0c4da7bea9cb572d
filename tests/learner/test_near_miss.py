"""Where what was typed differs from what was meant, told by the words alone."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.course.render import Values, render
from runner.learner import near_miss
from runner.messages import catalog
from runner.records.course import Course

UNSHARE = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
COPY = "cp /bin/ls /t/bin/ &&\ncp --parents $(ldd /bin/ls | grep \"=> /\" | awk '{print $3}') /t/"
JOIN = "sh -c 'echo $$ > /g/cgroup.procs && exec unshare -p -m /bin/bash'"


def told(wanted: str, typed: str) -> list[tuple[str, dict[str, str]]]:
    return [(remark.key.removeprefix("nearmiss."), dict(remark.values)) for remark in near_miss.remarks(wanted, typed)]


@pytest.mark.parametrize(
    ("wanted", "typed"),
    [
        (UNSHARE, UNSHARE),
        (UNSHARE, UNSHARE.replace("-p -m -u -i -f", "-pmuif")),
        (UNSHARE, UNSHARE.replace(" -R ", " --root ").replace(" -u ", "  --uts ")),
        (UNSHARE, UNSHARE.replace("unshare", "/usr/bin/unshare")),
        (COPY, COPY.replace("\n", " ")),
        (JOIN, JOIN.replace(" > ", ">")),
        ("echo 'a b'", 'echo "a b"'),
    ],
)
def test_the_same_words_need_no_remark(wanted: str, typed: str) -> None:
    assert told(wanted, typed) == []


@pytest.mark.parametrize(
    ("wanted", "typed", "key", "values"),
    [
        ("hostname", "hostnam", "typo", {"typed": "hostnam", "wanted": "hostname"}),
        ("hostname", "ls", "program", {"typed": "ls", "wanted": "hostname"}),
        ("hostname", "host # hostname", "prompt", {"typed": "host #"}),
        ("hostname", "# hostname", "prompt", {"typed": "#"}),
        ("hostname", "sudo hostname", "sudo", {}),
        ("echo x", "echo 'x", "quote", {"typed": "echo 'x"}),
        ("hostname x", "hostname", "missing-word", {"wanted": "x"}),
        ("hostname", "hostname x", "extra-word", {"typed": "x"}),
        ("hostname x-y", "hostname xy", "word", {"typed": "xy", "wanted": "x-y"}),
        ("ls /tmp/a", "ls /tmp/b", "path", {"typed": "/tmp/b", "wanted": "/tmp/a"}),
        ("ip a add 10.7.0.1/24", "ip a add 10.7.0.2/24", "word", {"typed": "10.7.0.2/24", "wanted": "10.7.0.1/24"}),
        ("ls /bin", "ls /t/bin", "as-outside", {"typed": "/t/bin", "wanted": "/bin"}),
        ("ls /t/bin", "ls /bin", "as-inside", {"typed": "/bin", "wanted": "/t/bin"}),
        (UNSHARE, UNSHARE.replace(" -u", ""), "missing-flag", {"wanted": "-u"}),
        (UNSHARE, UNSHARE.replace("-u", "-u -n"), "extra-flag", {"typed": "-n"}),
        (UNSHARE, UNSHARE.replace("--mount", "--mont"), "typo", {"typed": "--mont-proc", "wanted": "--mount-proc"}),
        ("setpriv --dump", "setpriv--dump", "typo", {"typed": "setpriv--dump", "wanted": "setpriv --dump"}),
        ("hostname x", "hostnamex", "typo", {"typed": "hostnamex", "wanted": "hostname x"}),
        (UNSHARE, UNSHARE.replace("proc /bin", "proc/bin"), "typo", {"wanted": "--mount-proc /bin/bash"}),
        ("echo a; ls /t/f", "echo a; ls/t/f", "typo", {"typed": "ls/t/f", "wanted": "ls /t/f"}),
        ("bash --norc", "bash -norc", "typo", {"typed": "-norc", "wanted": "--norc"}),
        (COPY, "cp /bin/ls /t/bin/", "rest", {"words": COPY.splitlines()[1][:59] + "…"}),
        ("ls; cat 'a b'", "ls", "rest", {"words": "cat 'a b'"}),
        ("ls | cat", "ls", "unfinished", {"words": "| cat"}),
        ("sleep 9 &", "sleep 9", "background", {}),
        ("sed 's|a: b|c d|' /f", "sed 's|a: b|c|' /f", "word", {"wanted": "s|a: b|c d|"}),
        ("sleep 9 & export D=$!", "sleep 9", "unfinished", {"words": "& export D=$!"}),
        ("sleep 9 & export D=$!", "sleep 9 &", "rest", {"words": "export D=$!"}),
        ("kill $(cat /tmp/a)", "kill 99", "word", {"typed": "99", "wanted": "$(cat /tmp/a)"}),
        ("cp /l $(sha256sum /l | cut -c-64)", "cp /l /x", "word", {"wanted": "$(sha256sum /l | cut -c-64)"}),
        ("( echo a; echo b )", "( echo a", "unfinished", {"words": "echo b )"}),
        ("cat > /f <<'E' &&\na\nE\nls", "cat > /f <<'E'", "unfinished", {}),
        ("echo a > /f && cat /f && ls", "cat /f", "later", {"words": "echo a > /f"}),
        ("echo a > /f && cat /f && ls", "ls", "later", {"words": "echo a > /f && cat /f"}),
        ("mkdir /a && mkdir /b", "mkdir /b", "later", {"words": "mkdir /a"}),
        ("ipcmk -M 4096", "ipcrm --all=shm", "program", {"typed": "ipcrm", "wanted": "ipcmk"}),
        ("perl -e 'print 3 / 4'", "perl -e 'print 3'", "word", {"typed": "print 3"}),
        ("mount -o lower=/a,upper=/b x /c", "mount -o lower=/a x /c", "word", {"typed": "lower=/a"}),
        ("hostname", "hostname; ls", "beyond", {"words": "ls"}),
        ("echo x > /t/f", "echo x", "missing-word", {"wanted": "> /t/f"}),
        (JOIN, JOIN.replace(" -m", ""), "missing-flag", {"wanted": "-m"}),
        (JOIN, JOIN.replace("'", '"'), "quotes", {}),
    ],
)
def test_the_first_difference_is_named(wanted: str, typed: str, key: str, values: dict[str, str]) -> None:
    found = told(wanted, typed)
    assert found[0][0] == key
    if values or key in ("sudo", "quotes"):
        assert found[0][1] == {**found[0][1], **values}
    for remark in near_miss.remarks(wanted, typed):
        catalog.text(remark.key, **remark.values)  # every placeholder has its value


def test_two_at_most() -> None:
    worst = UNSHARE.replace("-u", "-n").replace("/containers", "/container").replace(" --kill-child", "")
    assert [key for key, _ in told(UNSHARE, worst)] == ["missing-flag", "extra-flag"]


@given(st.text(), st.text())
def test_anything_may_be_typed(wanted: str, typed: str) -> None:
    for remark in near_miss.remarks(wanted, typed):
        catalog.text(remark.key, **remark.values)
        assert all(len(value) <= 60 for value in remark.values.values())


def test_the_commands_of_the_course_are_no_slips(course: Course, values: Values) -> None:
    for lesson in course.lessons:
        for step in lesson.steps:
            command = render(step.run.on(values["cgroup_version"]), values)
            assert near_miss.remarks(command, command) == ()
            assert near_miss.remarks(command, command.rstrip("\n") + " ") == ()
            words = shlex.split(command, comments=False)
            if words[1:] and all(operator not in command for operator in "&|;$\n"):
                assert near_miss.remarks(command, shlex.join(words[:-1])), command


def test_what_differs_is_never_in_the_part_that_is_cut_off() -> None:
    wanted = "mkdir -p /containers/teste/{bin,lib,lib64,proc,sys,dev,etc,tmp,root,usr,usr/bin,www}"
    ((key, values),) = told(wanted, wanted.replace(",www", ""))
    assert key == "path"
    assert "www" in values["wanted"] and "www" not in values["typed"]
