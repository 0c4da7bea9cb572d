"""What a student types as an answer is understood generously, and judged exactly."""

from __future__ import annotations

import io

import pytest

from runner.course import quiz
from runner.course.render import Values, render
from runner.learner import progress
from runner.learner.progress_export import Student
from runner.learner.progress_webpage import webpage
from runner.messages import catalog
from runner.records.course import Course, Question
from runner.records.texts import Dual
from runner.records.words import QuestionWords
from runner.screen.plain import Plain
from runner.screen.quiz_answers import show_quiz

ONE = Question("one", ("x", "y", "z"), ("y",))
TWO = Question("two", ("p", "q", "r", "s"), ("p", "r"))
MANY = Question("many", tuple(f"c{number}" for number in range(12)), ("c0", "c11"))
WORDS = QuestionWords("?", dict.fromkeys("pqrs", "choice"), {letter: f"because {letter}" for letter in "pqrs"})


@pytest.mark.parametrize("typed", ["b", "B", " b ", "2", "b)", "(b)", "2.", "b,", "b b", "b 2"])
def test_one_choice(typed: str) -> None:
    assert quiz.parse(typed, ONE) == ("y",)


@pytest.mark.parametrize(
    "typed", ["a,c", "c,a", "1 3", "A C", "a;3", "ac", "CA", "a, c", "a + c", "1,3,", "a&c", "a a c"]
)
def test_many_choices_in_the_order_shown(typed: str) -> None:
    assert quiz.parse(typed, TWO) == ("p", "r")


def test_numbers_are_not_run_together() -> None:
    assert quiz.parse("12", MANY) == ("c11",)
    assert quiz.parse("1 12", MANY) == ("c0", "c11")
    assert quiz.parse("l", MANY) == ("c11",)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("", "quiz.nothing"),
        ("   ", "quiz.nothing"),
        (" , ;", "quiz.nothing"),
        ("d", "quiz.unknown"),
        ("0", "quiz.unknown"),
        ("4", "quiz.unknown"),
        ("-1", "quiz.unknown"),
        ("12", "quiz.unknown"),
        ("a d", "quiz.unknown"),
        ("yes", "quiz.unknown"),
        ("²", "quiz.unknown"),
        ("\x1b[A", "quiz.unknown"),
        ("a,b", "quiz.one-only"),
        ("ab", "quiz.one-only"),
        ("1 2", "quiz.one-only"),
    ],
)
def test_what_is_no_answer_says_why(typed: str, key: str) -> None:
    found = quiz.parse(typed, ONE)
    assert isinstance(found, quiz.Refusal)
    assert found.key == key
    assert "{" not in catalog.text(found.key, **found.values)


def test_a_path_where_letters_are_asked_for_keeps_its_slash() -> None:
    found = quiz.parse("/tmp", ONE)
    assert isinstance(found, quiz.Refusal)
    assert found.values["typed"] == "/tmp"
    assert quiz.parse("a/b", TWO) == quiz.parse("a,b", TWO), "between letters it separates"


def test_the_word_that_is_unknown_is_named() -> None:
    found = quiz.parse("a x", TWO)
    assert isinstance(found, quiz.Refusal)
    assert found.values == {"typed": "x", "last": "d", "count": "4"}


@pytest.mark.parametrize(
    ("chosen", "right", "lacking"),
    [
        (("p", "r"), True, 0),
        (("r", "p"), True, 0),
        (("p",), False, 1),
        (("q",), False, 2),
        (("p", "q", "r"), False, 0),
        (("p", "q", "r", "s"), False, 0),
    ],
)
def test_right_is_exactly_the_answer(chosen: tuple[str, ...], right: bool, lacking: int) -> None:
    verdict = quiz.judge(TWO, WORDS, chosen, plain)
    assert (verdict.right, verdict.lacking) == (right, lacking)
    assert [reason.choice for reason in verdict.reasons] == sorted(chosen)
    for reason in verdict.reasons:
        assert reason.right == (reason.choice in TWO.answer)
        assert reason.words == f"because {reason.choice}"
        assert reason.letter == "abcd"["pqrs".index(reason.choice)]


# --- typed answers -----------------------------------------------------------------------------

PATH = Question("path", accepts=(Dual("/proc/{{ x }}/ns", "/proc/{{ x }}/ns"), Dual("one", "two")))
SUM = Question("sum", number=6.0, tolerance=0.5)
EXACT = Question("exact", number=137.0)
TYPED = QuestionWords("?", right=Dual("r1", "r2"), wrong=Dual("w1", "w2"), remarks={"/etc/{{ x }}": Dual("m1", "m2")})
NUMBERS = QuestionWords("?", right=Dual("r", "r"), wrong=Dual("w", "w"), remarks={"3": Dual("three", "three")})


def plain(words: Dual | str) -> str:
    """As on a machine with cgroup v2, where x is "self"."""
    return (words.v2 if isinstance(words, Dual) else words).replace("{{ x }}", "self")


@pytest.mark.parametrize(
    "typed", ["/proc/self/ns", " /proc/self/ns/ ", "`/proc/self/ns`", "/PROC/Self/ns", "two", "Two", "'two'", "`two/`"]
)
def test_a_short_answer_is_taken_generously(typed: str) -> None:
    found = quiz.parse(typed, PATH)
    assert isinstance(found, tuple)
    verdict = quiz.judge(PATH, TYPED, found, plain)
    assert (verdict.right, verdict.reasons[0].words, verdict.reasons[0].letter) == (True, TYPED.right, "")


@pytest.mark.parametrize("typed", ["one", "proc/self/ns", "/proc", "/", "tw o", "/proc/self/ns x", "a"])
def test_a_short_answer_is_judged_exactly(typed: str) -> None:
    found = quiz.parse(typed, PATH)
    assert isinstance(found, tuple)
    verdict = quiz.judge(PATH, TYPED, found, plain)
    assert (verdict.right, verdict.reasons[0].words) == (False, TYPED.wrong)


def test_a_known_wrong_answer_has_a_remark_of_its_own() -> None:
    assert quiz.judge(PATH, TYPED, ("/ETC/self/",), plain).reasons[0].words == Dual("m1", "m2")
    assert quiz.judge(SUM, NUMBERS, ("3,0",), plain).reasons[0].words == Dual("three", "three")


@pytest.mark.parametrize("typed", ["6", "6.0", "6,5", "5.5", " 6 ", "+6", "`6`", "06"])
def test_a_number_with_tolerance(typed: str) -> None:
    assert quiz.judge(SUM, NUMBERS, quiz.parse(typed, SUM), plain).right  # type: ignore[arg-type]


@pytest.mark.parametrize("typed", ["6.6", "5.4", "-6", "60", "0"])
def test_a_number_out_of_tolerance(typed: str) -> None:
    assert not quiz.judge(SUM, NUMBERS, quiz.parse(typed, SUM), plain).right  # type: ignore[arg-type]


def test_an_exact_number() -> None:
    assert quiz.accepts(EXACT, "137", plain)
    assert not quiz.accepts(EXACT, "137.001", plain)
    assert quiz.value("50 000") == 50000


@pytest.mark.parametrize("typed", ["65534", "65 534", "65,534", "65.534", "`65,534`"])
def test_thousands_are_parted_as_each_language_does(typed: str) -> None:
    number = Question("nobody", number=65534.0)
    assert isinstance(quiz.parse(typed, number), tuple)
    assert quiz.accepts(number, typed, plain)
    assert not quiz.accepts(Question("few", number=65.0), typed, plain)


@pytest.mark.parametrize("typed", ["six", "6 7x", "", "6s", "١", "1e3", "0x10", "--6", "nan", "inf", "9" * 400])
def test_what_is_no_number_says_why(typed: str) -> None:
    found = quiz.parse(typed, SUM)
    assert isinstance(found, quiz.Refusal)
    assert found.key == ("quiz.no-number" if typed else "quiz.nothing-typed")
    assert "{" not in catalog.text(found.key, **found.values)


def test_an_endless_answer_is_cut() -> None:
    assert quiz.parse("x" * 10_000, PATH) == ("x" * quiz.LONGEST,)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_question_of_the_course_can_be_answered(course: Course, values: Values, version: str) -> None:
    def rendered(words: Dual | str) -> str:
        return render(words.on(version) if isinstance(words, Dual) else words, values)

    for lesson in course.lessons:
        for question in lesson.quiz:
            typed = rightly(question, rendered)
            chosen = quiz.parse(typed, question)
            assert isinstance(chosen, tuple)
            for words in lesson.words.values():
                assert quiz.judge(question, words.quiz[question.id], chosen, rendered).right
            assert quiz.is_multiple(question) == (len(question.answer) > 1)
            for answer in question.accepts:  # these leave the quiz, or change the language
                assert quiz.folded(rendered(answer)) not in ("q", "l")


def rightly(question: Question, rendered: quiz.Rendered) -> str:
    """What a student types who knows."""
    if question.number is not None:
        return f"{question.number:g}"
    if question.accepts:
        return rendered(question.accepts[0])
    return ",".join(quiz.letters(question)[answer] for answer in question.answer)


def test_answers_are_shown_to_readers(course: Course) -> None:
    stream = io.StringIO()
    lesson = course.lesson("cgroups")
    show_quiz(Plain(stream), lesson, lesson.words["en"], plain)
    assert "Answer: 6 (give or take 0.5)" in stream.getvalue()
    assert "stands still" in stream.getvalue()
    stream = io.StringIO()
    lesson = course.lesson("hostname")
    show_quiz(Plain(stream), lesson, lesson.words["pt"], plain, answers=False)
    assert "/proc/PID/ns/uts" not in stream.getvalue()


def test_typed_answers_are_in_the_report_as_they_were_typed(course: Course) -> None:
    typed = "<b>*6,2*</b> {{ x }}"
    done = progress.with_quiz(
        progress.NOTHING, "cgroups", "half-a-cpu", (typed,), right=True, when="2026-01-01T00:00:00Z"
    )
    page = webpage(course, done, "pt", Student("maria", "default"), "2026-01-01")
    assert "<td>&lt;b&gt;*6,2*&lt;/b&gt; {{ x }}</td>" in page


def test_every_lesson_has_a_question_to_type(course: Course) -> None:
    for lesson in course.lessons:
        assert any(not question.choices for question in lesson.quiz), lesson.id


@pytest.mark.parametrize("language", ["pt", "en"])
def test_the_longest_choice_is_right_no_more_often_than_by_chance(
    course: Course, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else who knows nothing guesses by length. By chance, among three or four choices, it would be every third."""
    asked = [
        (lesson.words[language].quiz[one.id], one) for lesson in course.lessons for one in lesson.quiz if one.choices
    ]
    longest = [_longest(words) for words, _ in asked]
    share = sum(found in one.answer for found, (_, one) in zip(longest, asked, strict=True)) / len(asked)
    with capsys.disabled():
        print(f"\n  {language}: of {len(asked)} questions, the longest choice is right in {share:.0%}", end="")
    assert len(asked) >= 50
    assert share <= 0.4


def _longest(words: QuestionWords) -> str:
    """Return the longest choice; nothing when there are several."""
    first, second = sorted(words.choices, key=lambda name: -len(words.choices[name]))[:2]
    return first if len(words.choices[first]) > len(words.choices[second]) else ""
