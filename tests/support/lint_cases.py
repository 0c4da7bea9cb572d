"""Courses that load, and of which only `lint` has something to say. Like the broken ones of `cases`."""

from __future__ import annotations

from tests.support.cases import COURSE, EN, FIRST, FIRST_EN, FIRST_PT, LESSON, Case

RECORD = '\ntranslated: {from: pt, lesson: "a4d049a5", quiz: {which: "5887edaa"}'

LINT = [
    Case("word-avoided", EN, "intro: Who owns the name?", "intro: Which guinea pig?", "4:8 word-avoided"),
    Case(
        "allow-unused",
        FIRST,
        "undo: rmdir {{ root }}",
        "undo: rmdir {{ root }}\n    allow: [lazy-unmount]",
        "13:12 allow-unused",
    ),
    Case(
        "code-lacking-path",
        FIRST_PT,
        "explain: Criamos `{{ root }}`.",
        "explain: Criamos `{{ root }}` como em `/etc/hosts`.",
        "01-first/en.yaml:5:3 code-lacking",
    ),
    Case(
        "code-lacking-typed",
        FIRST_PT,
        "explain: Criamos `{{ root }}`.",
        "explain: Com `mkdir`, criamos `{{ root }}`.",
        "01-first/en.yaml:5:3 code-lacking",
    ),
    Case(
        "fails-unexplained",
        LESSON,
        "run: exit",
        "run: exit\n    fails: {exit: 1}",
        "02-second/pt.yaml:20:3 fails-unexplained, 02-second/en.yaml:20:3 fails-unexplained",
    ),
    Case(
        "hint-holds-command",
        FIRST_EN,
        "hints: [Think of folders.]",
        'hints: ["Type mkdir -p {{ root }} and see."]',
        "9:13 hint-holds-command",
    ),
    Case(
        "kill-by-name",
        FIRST,
        "run: mkdir -p {{ root }}",
        "run: mkdir -p {{ root }}; pkill sleep",
        "9:10 kill-by-name",
    ),
    Case(
        "whole-machine",
        FIRST,
        "run: mkdir -p {{ root }}",
        "run: mkdir -p {{ root }}; losetup /dev/loop0 /tmp/disk",
        "9:10 whole-machine",
    ),
    Case(
        "out-of-the-lab",
        FIRST,
        "run: mkdir -p {{ root }}",
        "run: mkdir -p {{ root }}; nsenter -t 1 -m ls",
        "9:10 out-of-the-lab",
    ),
    Case(
        "lazy-unmount",
        FIRST,
        "undo: rmdir {{ root }}",
        'undo: ["umount -fl {{ root }}", "rmdir {{ root }}"]',
        "12:12 lazy-unmount",
    ),
    Case(
        "recursive-removal-find",
        FIRST,
        "undo: rmdir {{ root }}",
        "undo: find {{ root }} -delete",
        "12:11 recursive-removal",
    ),
    Case(
        "recursive-removal-inside",
        FIRST,
        "run: mkdir -p {{ root }}",
        "run: mkdir -p {{ root }} && sh -c 'rm -r {{ root }}/../other'",
        "9:10 recursive-removal",
    ),
    Case("recursive-removal", FIRST, "undo: rmdir {{ root }}", "undo: rm -rf {{ root }}", "12:11 recursive-removal"),
    Case(
        "shared-rbind",
        FIRST,
        "run: mkdir -p {{ root }}",
        "run: mkdir -p {{ root }} && mount --rbind /dev {{ root }}/dev",
        "9:10 shared-rbind",
    ),
    Case(
        "shell-covered",
        LESSON,
        "- id: rename\n    at: container",
        "- id: rename\n    at: container\n    enters: inner",
        "33:9 shell-covered",
    ),
    Case("shell-left", LESSON, "run: hostname {{ hostname }}", "run: exit", "32:9 shell-left"),
    Case(
        "step-unchecked",
        FIRST,
        '    checks:\n      - file: {path: "{{ root }}", type: directory}\n',
        "",
        "8:5 step-unchecked",
    ),
    Case(
        "swallowed-error-last", FIRST, "undo: rmdir {{ root }}", "undo: rmdir {{ root }}; true", "12:11 swallowed-error"
    ),
    Case(
        "swallowed-error-silent",
        LESSON,
        'v1: "rmdir {{ pids_group }}"',
        'v1: "rmdir {{ pids_group }} 2>/dev/null"',
        "30:17 swallowed-error",
    ),
    Case("swallowed-error", FIRST, "undo: rmdir {{ root }}", "undo: rmdir {{ root }} || true", "12:11 swallowed-error"),
    Case(
        "translation-source-unknown",
        FIRST_EN,
        "end: The end.",
        'end: The end.\ntranslated: {from: de, lesson: "00000000", steps: {}, quiz: {}}',
        "16:20 translation-source",
    ),
    Case(
        "translation-source",
        FIRST_PT,
        "end: Fim.",
        'end: Fim.\ntranslated: {from: pt, lesson: "00000000", steps: {}, quiz: {}}',
        "16:20 translation-source",
    ),
    Case(
        "translation-stale",
        FIRST_EN,
        "end: The end.",
        f'end: The end.{RECORD}, steps: {{make: "00000000"}}}}',
        "6:3 translation-stale",
    ),
    Case(
        "translation-unrecorded",
        FIRST_EN,
        "end: The end.",
        f"end: The end.{RECORD}, steps: {{}}}}",
        "6:3 translation-unrecorded",
    ),
    Case("undo-nothing", FIRST, "undo: rmdir {{ root }}", "undo: nothing", "12:11 undo-nothing"),
    Case(
        "variable-lacking",
        FIRST_EN,
        "intro: Where does a container of {{ memory }} live?",
        "intro: Where does a container of some size live?",
        "2:1 variable-lacking",
    ),
    Case(
        "variable-needed",
        COURSE,
        "  cgroup: {type: name, default: small}\n",
        "",
        "4:1 variable-needed",
    ),
    Case(
        "variable-unused",
        COURSE,
        'pids: {type: count, default: "20"}',
        'pids: {type: count, default: "20"}\n  spare: {type: count, default: "1"}',
        "9:3 variable-unused",
    ),
]
