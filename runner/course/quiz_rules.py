"""What the questions of a lesson owe: how each is answered, and the words that belong to that in every language."""

from __future__ import annotations

from collections.abc import Mapping

from runner.course import quiz, render
from runner.course.documents import Document, Draft, Understood, Way, items
from runner.course.nodes import short
from runner.records.course import ANSWERED, Dual, Question

CHOSEN, TYPED = ("choices", "reasons"), ("right", "wrong")  # the words that an answer of each sort needs


def apply(draft: Draft) -> None:
    for way, question in draft.lesson.entries("quiz"):
        if draft.lesson.refused(way):
            continue  # nothing follows from what was not understood
        _answers(draft.lesson, way, question)
        for document in draft.all_words:
            if words := _understood(document).get(question.get("id", "")):
                _words(document, ("quiz", question["id"]), question, words)
    for language, document in (draft.words | draft.spare).items():
        for other, theirs in draft.words.items():
            if other != language:
                _same_remarks(document, theirs, other)


def _understood(document: Document) -> dict[str, Understood]:
    """The words of each question, where they could be read."""
    return {id: words for id, words in ((document.value or {}).get("quiz") or {}).items() if words}


def _answers(lesson: Document, way: Way, question: Understood) -> None:
    lesson.unique(items(question, "choices", way))
    answer = question.get("answer", ())
    answers = [((*way, "answer"), answer)] if isinstance(answer, str) else items(question, "answer", way)
    lesson.unique(answers)
    known = _whole(question.get("choices"))
    for place, name in answers:
        if known and name not in known:
            lesson.unknown(place, "unknown-choice", name, known)
    if "choices" in question and "answer" not in question:
        lesson.fault(way, "missing-key", name="answer")
    for name, needed in (("answer", "choices"), ("tolerance", "number")):
        if name in question and needed not in question and any(kind in question for kind in ANSWERED):
            lesson.fault_at_key((*way, name), "question-key", name=name, needed=needed)


def _whole(names: tuple[str, ...] | None) -> tuple[str, ...]:
    """A list that was understood completely; nothing follows from one with gaps."""
    return names if names and None not in names else ()


def _words(document: Document, way: Way, question: Understood, words: Understood) -> None:
    """The words of this sort of question, and no others."""
    chosen = "choices" in question
    wanted, others = (CHOSEN, (*TYPED, "remarks")) if chosen else (TYPED, CHOSEN)
    for name in wanted:
        if name not in words and not document.refused(way):
            document.fault_at_key(way, "words-missing", name=name, section=way[-1])
    for name in others:
        if name in words:
            document.fault_at_key((*way, name), "words-other", name=name, known=", ".join(wanted))
    choices = _whole(question.get("choices"))
    for name in CHOSEN:
        if choices and name in words:
            document.same_keys((*way, name), words[name], choices)
    for answer in () if chosen else words.get("remarks", ()):
        if key := _idle(question, answer, document.faults.samples):
            document.fault_at_key((*way, "remarks", answer), key, name=short(answer))


def _idle(question: Understood, answer: str, samples: Mapping[str, str]) -> str | None:
    """Why a remark on this answer would never be seen: it is right, or nobody can give it; None for a good one."""
    number = question.get("number")
    if number is not None and quiz.value(answer) is None:
        return "remark-number"
    accepts = [one if isinstance(one, dict) else {"": one} for one in question.get("accepts") or () if one]
    forms = tuple(Dual(form, form) for one in accepts for form in one.values())
    given = {name: question[name] for name in ("number", "tolerance") if name in question}
    asked = Question("", accepts=forms, **given)

    def filled(words: Dual | str) -> str:
        text = words.v2 if isinstance(words, Dual) else words
        return render.fill(text, samples) or text

    return "remark-right" if quiz.accepts(asked, filled(answer), filled) else None


def _same_remarks(document: Document, theirs: Document, language: str) -> None:
    """An answer that one language remarks on, the others do too."""
    mine = _understood(document)
    for id, words in _understood(theirs).items():
        for answer in words.get("remarks") or ():
            if id in mine and answer not in (mine[id].get("remarks") or ()) and not document.refused(("quiz", id)):
                document.fault_at_key(
                    ("quiz", id), "remark-lacking", name=short(answer), question=id, language=language
                )
