"""Broken courses: each case is the good one of tests/cases/good with one change, and says which faults must be told.

The sentences that are told of them stand in tests/cases/sentences.yaml.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parents[1] / "cases"
GOOD = CASES / "good"

COURSE = "course.yaml"
FIRST, FIRST_PT, FIRST_EN = "01-first/lesson.yaml", "01-first/pt.yaml", "01-first/en.yaml"
LESSON, PT, EN = "02-second/lesson.yaml", "02-second/pt.yaml", "02-second/en.yaml"
THIRD, THIRD_PT = "03-third/lesson.yaml", "03-third/pt.yaml"


class Case(NamedTuple):
    """One change of one file. A fault is a place and a key; its file is this one, unless it names another."""

    name: str
    file: str
    old: str
    new: str
    faults: str

    def text(self) -> str:
        """Return the changed file. Its first line is a comment, as in every lesson: places count it."""
        good = (GOOD / self.file).read_text()
        assert good.count(self.old) == 1, f"{self.name}: “{self.old}” must be there once"
        return f"# {self.name}\n{good.replace(self.old, self.new)}"

    def into(self, folder: Path) -> None:
        (folder / self.file).write_text(self.text())

    def expected(self) -> list[str]:
        """Return the faults, each as `file:line:column key`."""
        return [fault if ".yaml:" in fault else f"{self.file}:{fault}" for fault in self.faults.split(", ")]


def copy_of_good(folder: Path) -> Path:
    """Copy the good course into a folder; return where its lessons are."""
    return Path(shutil.copytree(GOOD, folder / "lessons"))


def replace(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text that must be there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# What the loader refuses. What only lint says is in `lint_cases`.
BAD = [
    Case("bad-expression", LESSON, "matches: '^\\s*$'", "matches: '(^\\s*$'", "21:27 bad-expression"),
    Case("empty", LESSON, "enters: container", "enters:", "10:12 empty"),
    Case(
        "form-capability",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- credentials: {of: container, bounding: {lacks: [sys_admin]}}",
        "21:57 form-capability",
    ),
    Case("form-command", LESSON, "undo: exit", 'undo: "exit\\t"', "13:11 form-command"),
    Case("form-place", PT, "{decoy: isca}", '{decoy: "a `isca`"}', "35:17 form-place"),
    Case("form-heading", PT, "title: Segunda", "title: Segunda {{ root }}", "2:8 form-heading"),
    Case("form-id", LESSON, "- id: some", "- id: Some Question", "41:9 form-id"),
    Case("folder-name", THIRD, "minutes: 5", "minutes: 5\nfolder: ../mine", "5:9 form-id"),
    Case("folder-variable", THIRD, "ls {{ root }}", "ls {{ folder }}", "8:10 folder-undeclared"),
    Case(
        "folder-declared",
        COURSE,
        "variables:",
        "variables:\n  folder: {type: path, default: /x}",
        "5:3 variable-reserved",
    ),
    Case("form-key", COURSE, "pt: Curso pequeno", "PT: Curso pequeno, pt: Curso", "3:9 form-key"),
    Case("form-line", EN, "title: Enter", 'title: "Enter\\nnow"', "7:12 form-line"),
    Case(
        "form-map",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- credentials: {of: container, uid_map: [0 1000]}",
        "21:48 form-map",
    ),
    Case(
        "form-number",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- credentials: {of: container, groups: [wheel]}",
        "21:47 form-number",
    ),
    Case(
        "form-owner",
        FIRST,
        '{path: "{{ root }}", type: directory}',
        '{path: "{{ root }}", owner: root}',
        "11:43 form-owner",
    ),
    Case(
        "form-port",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        '- socket: {port: "99999", listening: true}',
        "21:24 form-port",
    ),
    Case(
        "form-who",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- credentials: {of: container, uid: nobody}",
        "21:43 form-who",
    ),
    Case("format-version", LESSON, "format: 1", "format: 2", "2:9 format-version"),
    Case("hint-is-command", PT, "hints: [Sair.]", 'hints: [Sair., "`exit`"]', "24:20 hint-is-command"),
    Case("host-is-taken", LESSON, "binds: {decoy: sleep 3600}", "binds: {host: sleep 3600}", "28:13 host-is-taken"),
    Case(
        "idle-beside",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- link: {name: eth0, exists: false, up: false}",
        "21:43 idle-beside",
    ),
    Case("id-is-not-folder", LESSON, "id: second", "id: other", "3:5 id-is-not-folder"),
    Case(
        "keeps-unchecked",
        FIRST,
        '    checks:\n      - file: {path: "{{ root }}", type: directory}\n',
        "    keeps:\n      - file: {path: /etc, exists: true}\n",
        "10:5 keeps-unchecked",
    ),
    Case("missing-key", LESSON, "    undo: exit\n", "", "8:5 missing-key"),
    Case(
        "missing-parameter",
        LESSON,
        "of: container, than: host, differ: [uts], same: [net]",
        "of: container",
        "12:20 missing-one-of",
    ),
    Case("needs-itself", LESSON, "needs: [first]", "needs: [second]", "6:9 needs-later"),
    Case(
        "no-check-kind",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- within: 3",
        "21:9 missing-one-of",
    ),
    Case("out-of-range", LESSON, "timeout: 2.5", "timeout: 86400", "17:14 out-of-range"),
    Case("predict-kind", LESSON, "timeout: 2.5", "timeout: 2.5\n    predict: {kind: number}", "18:21 want-choice"),
    Case("question-answer", THIRD, "number: -1", "number: -1\n    answer: six", "20:5 question-key"),
    Case("question-lines", THIRD, 'accepts: ["{{ root }}/etc"', 'accepts: ["a\\nb"', "14:15 form-line"),
    Case(
        "question-no-alternative",
        THIRD,
        'accepts: ["{{ root }}/etc", {v1: one, v2: two}]',
        "accepts: []",
        "14:14 too-few",
    ),
    Case("question-no-answer", THIRD, "    answer: a\n", "", "20:5 missing-key"),
    Case("question-no-kind", THIRD, "    number: 6\n    tolerance: 0.5\n", "", "15:5 missing-one-of"),
    Case("question-number", THIRD, "number: 6", "number: six", "16:13 want-number"),
    Case("question-tolerance", THIRD, "- id: file", "- id: file\n    tolerance: 1", "14:5 question-key"),
    Case("question-two-kinds", THIRD, "number: 6", "number: 6\n    accepts: [six]", "17:5 more-than-one"),
    Case("remark-lacking", THIRD_PT, "    remarks: {/etc: Não.}\n", "", "11:3 remark-lacking"),
    Case(
        "sabotage-command",
        LESSON,
        "lines: {at_most: 1}}",
        "lines: {at_most: 1}}\n    sabotage: [hostname oops]",
        "22:16 want-mapping",
    ),
    Case("sabotage-empty", LESSON, "lines: {at_most: 1}}", "lines: {at_most: 1}}\n    sabotage: []", "22:15 too-few"),
    Case(
        "sabotage-two-forms",
        LESSON,
        "lines: {at_most: 1}}",
        'lines: {at_most: 1}}\n    sabotage: [{after: hostname oops, instead: "true"}]',
        "22:39 more-than-one",
    ),
    Case(
        "sabotage-unchecked",
        LESSON,
        "fails: {exit: 1, says: no such}",
        "fails: {exit: 1, says: no such}\n    sabotage: [{after: rmdir /x}]",
        "30:5 sabotage-unchecked",
    ),
    Case("shell-too-early", LESSON, "- id: enter", "- id: enter\n    at: container", "9:9 unknown-shell"),
    Case(
        "template-call",
        LESSON,
        "run: hostname {{ hostname }}",
        "run: hostname {{ hostname.upper() }}",
        "16:10 template-not-plain",
    ),
    Case(
        "template-filter",
        LESSON,
        "run: hostname {{ hostname }}",
        "run: hostname {{ hostname | upper }}",
        "16:10 template-not-plain",
    ),
    Case(
        "template-open", LESSON, "run: hostname {{ hostname }}", "run: hostname {{ hostname", "16:10 template-not-plain"
    ),
    Case(
        "template-statement",
        PT,
        "explain: Um grupo.",
        "explain: '{% for x in y %}{% endfor %}'",
        "18:14 template-not-plain",
    ),
    Case("title-missing", COURSE, "pt: Curso pequeno, en: A small course", "en: A small course", "3:8 title-missing"),
    Case("too-few", PT, "hints: [Pense no UTS.]", "hints: []", "10:12 too-few"),
    Case("twice", LESSON, "- id: rename", "- id: enter", "14:9 twice"),
    Case("two-check-kinds", LESSON, "within: 3", "process: {of: container, alive: true}", "20:9 more-than-one"),
    Case("unknown-capability", LESSON, "namespace.uts", "namespace.utc", "5:18 unknown-capability-near"),
    Case(
        "unknown-check",
        LESSON,
        "- output: {matches: '^\\s*$'",
        "- outputs: {matches: '^\\s*$'",
        "21:9 unknown-key-near",
    ),
    Case("unknown-choice", LESSON, "answer: u", "answer: x", "40:13 unknown-choice"),
    Case("unknown-key-near", LESSON, "timeout: 2.5", "time-out: 2.5", "17:5 unknown-key-near"),
    Case("unknown-key-required", LESSON, "run: exit", "rum: exit", "33:5 unknown-key-near"),
    Case("unknown-key", LESSON, "minutes: 10", "minutes: 10\nzzz: 1", "5:1 unknown-key"),
    Case("unknown-lesson", LESSON, "needs: [first]", "needs: [frist]", "6:9 unknown-lesson-near"),
    Case("unknown-parameter", LESSON, "differ: [uts]", "differs: [uts]", "12:48 unknown-key-near"),
    Case(
        "unknown-place",
        LESSON,
        "- process: {of: container, alive: false}",
        "- process: {of: jail, alive: false}",
        "35:23 unknown-place",
    ),
    Case(
        "unknown-shell",
        LESSON,
        "- id: rename\n    at: container",
        "- id: rename\n    at: kontainer",
        "15:9 unknown-shell-near",
    ),
    Case(
        "unknown-step-of-an-engine",
        LESSON,
        "quiz:\n",
        "engines:\n  - {step: entre, oci: hostname}\nquiz:\n",
        "38:12 unknown-step-near",
    ),
    Case(
        "word-of-no-engine",
        LESSON,
        "quiz:\n",
        "engines:\n  - {step: enter, see: [first]}\nquiz:\n",
        "38:5 missing-one-of",
    ),
    Case("unknown-step", LESSON, "needs: [first]", "needs: [first]\nleaves: [entre]", "7:10 unknown-step-near"),
    Case(
        "unknown-variable-in-words",
        PT,
        "explain: Um grupo.",
        "explain: Um grupo em `{{ grupo }}`.",
        "18:14 unknown-variable-near",
    ),
    Case(
        "unknown-variable",
        LESSON,
        "run: hostname {{ hostname }}",
        "run: hostname {{ hostnam }}",
        "16:10 unknown-variable-near",
    ),
    Case(
        "value-count",
        COURSE,
        'pids: {type: count, default: "20"}',
        'pids: {type: count, default: "0"}',
        "8:32 value-count",
    ),
    Case("value-hostname", COURSE, "default: small-host", "default: small;reboot", "6:39 value-hostname"),
    Case(
        "value-name",
        COURSE,
        "cgroup: {type: name, default: small}",
        "cgroup: {type: name, default: 9}",
        "7:33 value-name",
    ),
    Case("value-path", COURSE, "default: /containers/small", "default: /containers/../etc", "5:31 value-path"),
    Case(
        "value-size",
        COURSE,
        "memory: {type: size, default: 64M}",
        "memory: {type: size, default: 64MB}",
        "9:33 value-size",
    ),
    Case(
        "variable-reserved",
        COURSE,
        "variables:",
        "variables:\n  loader: {type: path, default: /lib/ld}",
        "5:3 variable-reserved",
    ),
    Case(
        "variable-type",
        COURSE,
        "memory: {type: size, default: 64M}",
        "memory: {type: sizes, default: 64M}",
        "9:18 want-choice-near",
    ),
    Case("want-choice-near", LESSON, "same: [net]", "same: [nett]", "12:70 want-choice-near"),
    Case("want-choice", LESSON, "host: unchanged", "host: kept", "19:63 want-choice"),
    Case("want-flag", LESSON, "alive: false", "alive: no", "35:41 want-flag"),
    Case(
        "want-integer-octal",
        LESSON,
        "fails: {exit: 1, says: no such}",
        "fails: {exit: 010, says: no such}",
        "29:19 want-integer",
    ),
    Case("want-integer-quoted", LESSON, "minutes: 10", 'minutes: "10"', "4:10 want-integer"),
    Case("want-integer-sexagesimal", LESSON, "minutes: 10", "minutes: 1:30", "4:10 want-integer"),
    Case("want-list", LESSON, "needs: [first]", "needs: first", "6:8 want-list"),
    Case("want-mapping", PT, "choices: {a: A, b: B, c: C}", "choices: [A, B, C]", "32:14 want-mapping"),
    Case("want-number", LESSON, "timeout: 2.5", "timeout: 2s", "17:14 want-number"),
    Case("want-text-in-list", LESSON, "choices: [a, b, c]", "choices: [a, b, []]", "42:21 want-text"),
    Case("want-text-or-list", LESSON, "answer: u", "answer: {u: true}", "40:13 want-text-or-list"),
    Case("want-text-or-mapping", LESSON, "run: exit", "run: [exit]", "33:10 want-text-or-mapping"),
    Case("want-text", LESSON, "enters: container", "enters: [container]", "10:13 want-text"),
    Case(
        "without-other",
        LESSON,
        "- output: {matches: '^\\s*$', lines: {at_most: 1}}",
        "- nft: {table: ip lab, exists: true, packets: 1}",
        "21:44 without-other",
    ),
    Case("words-choices-right", THIRD_PT, "which:", "which:\n    right: Isso.", "26:5 words-other"),
    Case("words-lacking-flag", PT, "-u: nome próprio, -R: raiz própria", "-u: nome próprio", "9:5 words-lacking"),
    Case("words-lacking", EN, "    after: Only in here.\n", "", "11:3 words-lacking"),
    Case(
        "words-missing-question",
        EN,
        "  some:\n    ask: Which ones?\n    choices: {a: A, b: B, c: C}\n    reasons: {a: Yes., b: No., c: Yes.}\n",
        "",
        "25:1 words-missing",
    ),
    Case("words-missing-reason", PT, "b: Não., c: Sim.", "c: Sim.", "33:5 words-missing"),
    Case(
        "words-missing-step",
        PT,
        "  leave:\n    title: Sair\n    explain: Até logo.\n    hints: [Sair.]\n",
        "",
        "5:1 words-missing",
    ),
    Case(
        "words-not-predicted",
        EN,
        "title: Rename",
        "title: Rename\n    predict: {ask: What?, why: So.}",
        "13:5 words-not-predicted",
    ),
    Case("sentence-unknown", EN, "title: Rename", "title: Rename\n    evidence: {told: So.}", "13:16 words-unknown"),
    Case(
        "words-typed-choices",
        THIRD_PT,
        "right: {v1: Sim., v2: Sim.}\n    wrong: Não.",
        "right: {v1: Sim., v2: Sim.}\n    wrong: Não.\n    choices: {z: Z}",
        "15:5 words-other",
    ),
    Case("words-typed-lacking", THIRD_PT, "    right: {v1: Sim., v2: Sim.}\n", "", "11:3 words-missing"),
    Case(
        "words-unknown-choice",
        PT,
        "choices: {a: A, b: B, c: C}",
        "choices: {a: A, b: B, c: C, d: D}",
        "32:33 words-unknown",
    ),
    Case(
        "words-unknown-step",
        EN,
        "hints: [A directory.]",
        "hints: [A directory.]\n  extra:\n    title: Extra\n    explain: More.\n    hints: [None.]",
        "21:3 words-unknown-near",
    ),
    Case("yaml-anchor", LESSON, "answer: u", "answer: &right u", "40:13 yaml-anchor"),
    Case("yaml-at", PT, "after: Só aqui dentro.", "after: @aqui", "14:12 yaml-character"),
    Case("yaml-bracket", LESSON, "choices: [a, b, c]", "choices: [a, b, c", "42:14 yaml-bracket"),
    Case("yaml-colon", LESSON, "run: hostname {{ hostname }}", "run: now: hostname {{ hostname }}", "16:13 yaml-colon"),
    Case("yaml-dash", LESSON, "run: exit", "run: - exit", "33:10 yaml-dash"),
    Case("yaml-documents", LESSON, "undo: replay", "undo: replay\n---", "37:1 yaml-documents"),
    Case(
        "yaml-duplicate",
        LESSON,
        'undo: hostname "$HOSTNAME"',
        'undo: hostname "$HOSTNAME"\n    undo: nothing',
        "23:5 yaml-duplicate",
    ),
    Case("yaml-escape", LESSON, "matches: '^\\s*$'", 'matches: "^\\s*$"', "21:29 yaml-escape"),
    Case("yaml-escaped-control", PT, "after: Só aqui dentro.", 'after: "\\e[2J"', "14:12 control-character"),
    Case("yaml-indent", LESSON, " timeout: 2.5", "timeout: 2.5", "17:4 yaml-indent"),
    Case("yaml-key", LESSON, "timeout: 2.5", "? [timeout]\n    : 2.5", "17:7 yaml-key"),
    Case("yaml-merge", LESSON, "- id: rename", "- id: rename\n    <<: {at: container}", "15:5 yaml-merge"),
    Case(
        "yaml-no-colon",
        PT,
        "explain: {v1: Agora o nome., v2: Agora o nome.}",
        "explain: {v1: Agora o nome., v2: Agora o nome.}\n    depois",
        "14:5 yaml-no-colon",
    ),
    Case("yaml-quote", EN, "end: The end.", 'end: "The end.', "34:6 yaml-quote"),
    Case("yaml-syntax", PT, "title: Segunda", "%FOO bar\n---\ntitle: Segunda", "2:5 yaml-syntax"),
    Case("yaml-tab", LESSON, "    timeout: 2.5", "\ttimeout: 2.5", "17:1 yaml-character"),
    Case("yaml-tag", LESSON, "minutes: 10", "minutes: !!int 10", "4:10 yaml-tag"),
]
