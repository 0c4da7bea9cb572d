"""Variables: what their types admit, how templates are filled, and what is refused."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.course import render
from runner.course.render import Values
from runner.records.course import Variable
from runner.records.errors import RunnerError, UsageError

VARIABLES = {
    "root": Variable("path", "/containers/teste"),
    "memory": Variable("size", "256M"),
}


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        ("path", "/a /a/b.c /a/..b /a-b/_c+d@e", "/ a a/b /a/ //a /a/.. /a/../b /a/. /a;b /a$b /a*b /a,b /~ /a\\b /á"),
        ("name", "a container A1_b-c", "-a 1a _a a.b a/b a$b á"),
        ("hostname", "a container-host a.b 1a", "-a a- a..b .a a. a_b á " + "a" * 64),
        ("count", "1 20 100000", "0 01 -1 1.5 1e3 x " + "9" * 11),
        ("size", "1 64M 256K 2G", "0 0M 64MB 64m 1.5G M"),
        ("token", "c0ffee x86_64 v2", "a-b a.b a/b " + "a" * 65),
    ],
)
def test_types(type_: str, good: str, bad: str) -> None:
    for value in good.split():
        assert render.valid(type_, value), value
    for value in [*bad.split(), "", " ", "a b", "/a b", "1 2", "/a\n", "1\n", "a\n"]:
        assert not render.valid(type_, value), value


@given(st.text())
def test_no_type_admits_what_a_shell_would_interpret(value: str) -> None:
    if any(render.valid(type_, value) for type_ in render.TYPES):
        assert not set(value) & set(" \t\n;&|<>()$`\\\"'*?[]#~=%!{},^")


@given(st.sampled_from(sorted(render.TYPES)), st.data())
def test_a_value_reaches_a_command_as_one_word(type_: str, data: st.DataObject) -> None:
    import shlex

    value = data.draw(st.from_regex(render.TYPES[type_], fullmatch=True))
    assert shlex.split(f'echo {value} "{value}"') == ["echo", value, value]


def test_render() -> None:
    values = Values(VARIABLES, {"memory": "64M"}, {"token": "c0ffee", "cpu_group": "/sys/fs/cgroup/cpu,cpuacct/x"})
    assert render.render("echo {{ root }}/{a,b} {{memory}} ${#x} {{ cpu_group }}\n", values) == (
        "echo /containers/teste/{a,b} 64M ${#x} /sys/fs/cgroup/cpu,cpuacct/x\n"
    )
    assert render.render("awk '{print $1}'", values) == "awk '{print $1}'"
    assert set(values) == {"root", "memory", "token", "cpu_group"}


@pytest.mark.parametrize(
    ("text", "names", "foreign"),
    [
        ("plain", (), None),
        ("{{ a }} and {{b}}{{ a }}", ("a", "b", "a"), None),
        ("${#a} awk '{x{y}}'", (), None),
        ("{{ a|upper }}", (), "{{ a|upper }}"),
        ("{{ a }} {{ a.b }}", ("a",), "{{ a.b }}"),
        ("{{ a() }}", (), "{{ a() }}"),
        ("{{ 'a' * 9 }}", (), "{{ 'a' * 9 }}"),
        ("{{- a -}}", (), "{{- a -}}"),
        ("{{ a", (), "{{ a"),
        ("{{ A }}", (), "{{ A }}"),
        ("{% raw %}", (), "{% raw %}"),
        ("{{{ a }}}", ("a",), None),
        ("{{{{ a }}}}", ("a",), "{{}}"),
    ],
)
def test_what_a_template_is(text: str, names: tuple[str, ...], foreign: str | None) -> None:
    assert render.names(text) == names
    assert render.foreign(text) == foreign


@pytest.mark.parametrize("text", ["{{ a|upper }}", "{{ root.__class__ }}", "{{ root }}{% raw %}", "{{ root"])
def test_render_refuses_what_load_refuses(text: str) -> None:
    with pytest.raises(RunnerError) as error:
        render.render(text, Values(VARIABLES))
    assert error.value.key == "template-not-plain"


def test_render_refuses_undeclared_variables() -> None:
    with pytest.raises(RunnerError) as error:
        render.render("{{ nothing }}", Values(VARIABLES))
    assert error.value.key == "unknown-variable"


@pytest.mark.parametrize(
    ("chosen", "key"),
    [
        ({"memory": "256MB"}, "value-size"),
        ({"memory": ""}, "value-size"),
        ({"root": "/a;reboot"}, "value-path"),
        ({"rot": "/a"}, "set-unknown"),
        ({"token": "x"}, "set-unknown"),
    ],
)
def test_choices_are_validated(chosen: dict[str, str], key: str) -> None:
    with pytest.raises(UsageError) as error:
        Values(VARIABLES, chosen)
    assert error.value.key == key
    assert error.value.values["name"] == next(iter(chosen))


@pytest.mark.parametrize("value", ["", "relative", "/a b", "/a;b", "/a/../b"])
def test_the_machine_is_validated_too(value: str) -> None:
    with pytest.raises(RunnerError) as error:
        Values(VARIABLES, {}, {"loader": value})
    assert error.value.key == "value-machine"


def test_assignments() -> None:
    assert render.assignments(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    for text in ("a", "=1", ""):
        with pytest.raises(UsageError):
            render.assignments([text])


def test_samples_are_possible_values() -> None:
    Values({}, {}, render.SAMPLES)
    assert set(render.SAMPLES) == set(render.MACHINE)


def test_a_value_survives_bash(capfd: pytest.CaptureFixture[str]) -> None:
    value = "/a/b.c_d+e@f-g"
    subprocess.run(
        ["bash", "-c", render.render("printf %s {{ root }}", Values(VARIABLES, {"root": value}))], check=True
    )
    assert capfd.readouterr().out == value
