"""What `learn` says between the steps: keys, hints, remarks, questions."""

from __future__ import annotations

from runner import keys, quiz
from runner.messages import label, text, word
from runner.model import Finding, Outcome, Question, QuestionWords, StepResult, StepWords
from runner.view.face import Tone
from runner.view.narration import View
from runner.view.plain import Plain


class Tutor:
    """Speaks through a View, and asks."""

    def __init__(self, view: View) -> None:
        self.view = view

    @property
    def plain(self) -> bool:
        """Whether whole lines are read, and nothing on the screen is ever repainted."""
        return isinstance(self.view.face, Plain)

    def ask(self, allowed: str) -> str:
        """Show the keys in one line and wait for one of them."""
        self.view.face.gap()
        self.view.face.say(text("learn.prompt"), "dim")
        return keys.press(allowed, line=self.plain)

    def keys(self) -> None:
        self.view.face.pairs([(key, text("learn.key." + name)) for key, name in KEYS])

    def why(self, words: StepWords) -> None:
        if words.why:
            self.view.face.prose(text("step.why", why=self.view.rendered(words.why)))
        else:
            self.view.face.say(text("learn.no-why"), "dim")

    def guess(self, kind: str) -> str:
        """What the student thinks the machine will answer; empty for no guess."""
        form = {"text": "text", "fails": "yes-or-no"}.get(kind, "number")
        self.view.face.say(text("learn.guess." + form), "warn")
        return keys.line()

    def nothing_to_guess(self) -> None:
        self.view.face.say(text("learn.no-guess"), "dim")

    def hint(self, hint: str, number: int, total: int) -> None:
        self.view.face.prose(text("learn.hint", number=number, total=total, hint=self.view.rendered(hint)))

    def do_it_for_me(self) -> bool:
        return self._yes("learn.do-it")

    def your_turn(self, command: str) -> None:
        self.view.face.say(text("learn.your-turn"), "dim")
        self.view.face.command("", command)

    def free_shell(self) -> None:
        self.view.face.say(text("learn.free"), "dim")

    def welcome_back(self) -> None:
        self.view.face.gap()
        self.view.face.say(text("learn.back"), "dim")

    def nothing_before(self) -> None:
        self.view.face.say(text("learn.first"), "dim")

    def stepped_back(self) -> None:
        self.view.face.say(text("learn.undone"), "good")

    def elsewhere(self, place: str) -> None:
        self.view.face.say(text("learn.elsewhere", place=place), "warn")

    def not_yet(self, result: StepResult) -> None:
        """One precise remark: the first fact that is not as it should be."""
        missed = next((finding for check in result.checks for finding in check.findings if _failed(finding)), None)
        if missed:
            values = {"fact": label(missed.fact), "expected": word(missed.expected), "observed": word(missed.observed)}
            self.view.face.say(text("learn.not-yet", source=missed.source or "-", **values), "warn")
        self.view.face.say(text("learn.what-now"), "dim")

    def resuming(self, step: str) -> None:
        self.view.face.say(text("learn.resuming", step=step), "dim")

    def question(self, question: Question, words: QuestionWords, *, again: bool) -> None:
        self.view.face.subheading(text("learn.question-again" if again else "learn.question"))
        self.view.face.prose(self.view.rendered(words.ask))
        rendered = self.view.rendered
        letters = quiz.letters(question).items()
        self.view.face.pairs([(letter, rendered(words.choices[choice]).strip()) for choice, letter in letters])

    def answer(self) -> str:
        self.view.face.say(text("learn.answer"), "dim")
        return keys.line()

    def refuse(self, refusal: quiz.Refusal) -> None:
        self.view.face.say(text(refusal.key, **refusal.values), "warn")

    def judged(self, verdict: quiz.Verdict) -> None:
        """The reason for each option that was chosen, right or wrong."""
        for reason in verdict.reasons:
            tone: Tone = "good" if reason.right else "bad"
            self.view.face.say(text("learn.right" if reason.right else "learn.wrong", letter=reason.letter), tone)
            self.view.face.prose(self.view.rendered(reason.words))
        if verdict.lacking:
            self.view.face.say(text("learn.lacking"), "warn")

    def quiz_over(self, missed: int) -> None:
        self.view.face.say(text("learn.quiz-missed" if missed else "learn.quiz-right"), "warn" if missed else "good")

    def restart(self) -> bool:
        return self._yes("learn.restart")

    def next_lesson(self, more: bool) -> bool:
        if not more:
            self.view.face.say(text("learn.all-done"), "good")
            return False
        return self._yes("learn.next", default=True)

    def _yes(self, question: str, *, default: bool = False) -> bool:
        """A yes-or-no question; Enter is the default."""
        self.view.face.say(text(question), "warn")
        yes, no = text("learn.yes"), text("learn.no")
        answer = keys.press(keys.ENTER + yes + no + keys.END, line=self.plain)
        return default if answer == keys.ENTER else answer == yes


KEYS = (
    ("Enter", "enter"),
    ("t", "type"),
    ("f", "free"),
    ("h", "hint"),
    ("b", "back"),
    ("x", "xray"),
    ("w", "why"),
    ("p", "predict"),
    ("l", "language"),
    ("?", "keys"),
    ("q", "quit"),
)


def _failed(finding: Finding) -> bool:
    return finding.outcome is Outcome.FAILED
