"""Green evidence is folded, red is whole."""

from __future__ import annotations

import pytest

from runner.messages import language
from runner.records.course import Check
from runner.records.results import (
    CheckResult,
    Finding,
    Outcome,
)
from runner.screen import evidence


@pytest.fixture(autouse=True)
def english() -> None:
    language.install("en")


def test_green_evidence_is_folded_and_red_is_whole() -> None:
    checks = (Check("namespace", {}), Check("cgroup", {}), Check("cgroup", {}), Check("output", {}, sentence="said"))
    own, shared = ("pid", "uts"), ("net",)
    kinds = [Finding(f"namespace.{kind}", "≠ 5", "7", Outcome.PASSED, "/proc/7/ns") for kind in own]
    kinds += [Finding(f"namespace.{kind}", "= 5", "5", Outcome.PASSED, "/proc/7/ns") for kind in shared]
    member = CheckResult("cgroup", (Finding("cgroup.member", "yes", "yes", Outcome.PASSED, "cgroup.procs"),))
    said = CheckResult("output", (Finding("output.matches", "^x", "^x", Outcome.PASSED),))
    results = (CheckResult("namespace", tuple(kinds)), member, member, said)
    folded = evidence.rows(checks, results, {"said": "It said so"}, whole=False)
    assert [(row.fact, row.details, row.source) for row in folded] == [
        ("member of the cgroup", ("yes",), ""),
        ("It said so", (), ""),
        ("namespaces of its own", ("pid uts",), ""),
        ("shared namespaces", ("net",), ""),
    ]
    assert len(evidence.rows(checks, results, {}, whole=True)) == 3 + 1 + 1
    red = CheckResult("output", (Finding("output.matches", "^x", "nothing", Outcome.FAILED),))
    shown = evidence.rows(checks[3:], (red,), {"said": "It said so"}, whole=False)
    assert shown == [(Outcome.FAILED, "It said so", ("observed “nothing”",), "")], "no expression"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "en",
            [
                ("effective capabilities", ("expected no capability", "observed +CAP_KILL")),
                ("mount propagation", ("expected private", "observed slave and shared")),
                ("lowerdir of the overlay", ("expected /a:/b", "observed absent")),
                ("file lacks", ("expected “port”", "observed “port 80”")),
                ("same content as /etc/my.file", ("expected yes", "observed no")),
            ],
        ),
        (
            "pt",
            [
                ("capacidades efetivas", ("esperado nenhuma capacidade", "observado +CAP_KILL")),
                (
                    "propagação da montagem",
                    ("esperado privada", "observado escrava e compartilhada (slave e shared)"),
                ),
                ("lowerdir do overlay", ("esperado /a:/b", "observado ausente")),
                ("o arquivo não tem", ("esperado “port”", "observado “port 80”")),
                ("mesmo conteúdo que /etc/my.file", ("esperado sim", "observado não")),
            ],
        ),
    ],
)
def test_who_a_process_is_and_what_a_file_is_is_said_in_words(
    name: str, said: list[tuple[str, tuple[str, ...]]]
) -> None:
    language.install(name)
    found = (
        Finding("credentials.effective", "no capability", "+CAP_KILL", Outcome.FAILED),
        Finding("mount.propagation", "private", "slave-and-shared", Outcome.FAILED),
        Finding("mount.lowerdir", "/a:/b", "absent", Outcome.FAILED),
        Finding("file.lacks", "port", "port 80", Outcome.FAILED),
        Finding("file.same_content./etc/my.file", "yes", "no", Outcome.FAILED),
    )
    rows = evidence.rows((Check("file", {}),), (CheckResult("file", found),), {}, whole=True)
    language.install("en")
    assert [(row.fact, row.details) for row in rows] == said


def test_a_green_fact_says_what_it_is_about() -> None:
    """Two ports, one open and one closed, are no contradiction when the place is named; files share a line."""
    checks = (
        Check("socket", {"port": "{{ port }}", "of": "container", "listening": True}),
        Check("socket", {"port": "{{ port }}", "of": "host", "listening": False}),
        *(Check("file", {"path": f"/{name}", "of": "container"}) for name in "abcd"),
        Check("process", {"of": "web"}),
    )
    sockets = [Finding("socket.listening", said, said, Outcome.PASSED, "/proc/7/net/tcp") for said in ("yes", "no")]
    files = [Finding("file.type", "file", "file", Outcome.PASSED, f"/{name}") for name in "abcd"]
    process = Finding("process.alive", "running", "running", Outcome.PASSED, "/proc/7/status")
    results = [CheckResult("", (finding,)) for finding in (*sockets, *files, process)]
    rows = evidence.rows(
        checks, results, {}, whole=False, at="container", rendered=lambda words: words.replace("{{ port }}", "80")
    )
    assert [(row.fact, row.details, row.source) for row in rows] == [
        ("listening socket", ("yes",), "port 80"),
        ("listening socket", ("no",), "port 80, host"),
        ("file type", ("regular file",), "/a and 3 more"),
        ("process", ("running",), "PID 7"),
    ]


def test_the_machines_name_is_not_told_as_one_of_the_container() -> None:
    check = Check("hostname", {"of": "container", "is": "box", "host": "unchanged"})
    findings = (
        Finding("hostname", "box", "box", Outcome.PASSED, "/proc/7/ns/uts"),
        Finding("hostname.host", "vm", "vm", Outcome.PASSED, "/proc/sys/kernel/hostname"),
    )
    rows = evidence.rows([check], [CheckResult("", findings)], {}, whole=False, at="host")
    assert [(row.fact, row.source) for row in rows] == [("hostname", "container"), ("hostname of the machine", "")]


@pytest.mark.parametrize(("name", "said"), [("en", "≤ 1.25 MB/s"), ("pt", "≤ 1,25 MB/s")])
def test_a_speed_is_told_in_megabytes(name: str, said: str) -> None:
    language.install(name)
    found = Finding("reach.speed.10.0.0.2", "≤ 1250000 B/s", "2000000 B/s", Outcome.FAILED)
    (row,) = evidence.rows((Check("reach", {}),), (CheckResult("reach", (found,)),), {}, whole=True)
    language.install("en")
    assert said in row.details[0] and "2 MB/s" in row.details[1]


def test_what_two_places_see_differently_says_of_both_where() -> None:
    """The lesson ipc: in one container the file is gone, in the other it is there, at the same path."""
    stock = "/dev/shm/stock"
    checks = (
        Check("file", {"path": stock, "of": "second", "exists": False}),
        Check("file", {"path": stock, "of": "container", "holds": "twelve"}),
        Check("file", {"path": "/etc/hostname", "of": "second", "exists": True}),
    )
    found = [
        CheckResult("file", (Finding(fact, seen, seen, Outcome.PASSED),))
        for fact, seen in (("file.exists", "absent"), ("file.holds", "twelve"), ("file.exists", "present"))
    ]
    rows = evidence.rows(checks, found, {}, whole=False, at="second")
    assert [row.source for row in rows] == [f"{stock}, second", f"{stock}, container", "/etc/hostname"]
