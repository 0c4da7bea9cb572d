"""The rules for the questions of a lesson: how each is answered, and the words that it needs in every language."""

from __future__ import annotations

from collections.abc import Mapping

from runner.course import quiz, render
from runner.course.drafts import Document, Draft, Understood, Way, items
from runner.course.yaml_nodes import short
from runner.records.course import ANSWERED, Question
from runner.records.texts import Dual

# A question with choices needs the first words, a question with a typed answer the second.
CHOSEN, TYPED = ("choices", "reasons"), ("right", "wrong")


def apply(draft: Draft) -> None:
    """Apply every rule to the questions of one lesson, as far as its files were understood."""
    for way, question in draft.lesson.entries("quiz"):
        if draft.lesson.refused(way):
            continue  # Its own fault is enough.
        _answers(draft.lesson, way, question)
        for document in draft.all_words:
            if words := _understood(document).get(question.get("id", "")):
                _words(document, ("quiz", question["id"]), question, words)
    for language, document in (draft.words | draft.spare).items():
        for other, theirs in draft.words.items():
            if other != language:
                _same_remarks(document, theirs, other)


def _understood(document: Document) -> dict[str, Understood]:
    """Return the words of each question, by its id, where they could be understood."""
    return {id: words for id, words in ((document.value or {}).get("quiz") or {}).items() if words}


def _answers(lesson: Document, way: Way, question: Understood) -> None:
    lesson.unique(items(question, "choices", way))
    answer = question.get("answer", ())
    answers = [((*way, "answer"), answer)] if isinstance(answer, str) else items(question, "answer", way)
    lesson.unique(answers)
    choices = _whole(question.get("choices"))
    for place, name in answers:
        if choices and name not in choices:
            lesson.unknown(place, "unknown-choice", name, choices)
    if "choices" in question and "answer" not in question:
        lesson.fault(way, "missing-key", name="answer")
    for name, needed in (("answer", "choices"), ("tolerance", "number")):
        if name in question and needed not in question and any(kind in question for kind in ANSWERED):
            lesson.fault_at_key((*way, name), "question-key", name=name, needed=needed)


def _whole(names: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return a list that was understood completely; an empty one when it has gaps, because those say nothing."""
    return names if names and None not in names else ()


def _words(document: Document, way: Way, question: Understood, words: Understood) -> None:
    """Check that a question has the words of its sort, and no others."""
    chosen = "choices" in question
    needed, others = (CHOSEN, (*TYPED, "remarks")) if chosen else (TYPED, CHOSEN)
    for name in needed:
        if name not in words and not document.refused(way):
            document.fault_at_key(way, "words-missing", name=name, section=way[-1])
    for name in others:
        if name in words:
            document.fault_at_key((*way, name), "words-other", name=name, known=", ".join(needed))
    choices = _whole(question.get("choices"))
    for name in CHOSEN:
        if choices and name in words:
            document.same_keys((*way, name), words[name], choices)
    for answer in () if chosen else words.get("remarks", ()):
        if key := _idle(question, answer, document.faults.samples):
            document.fault_at_key((*way, "remarks", answer), key, name=short(answer))


def _idle(question: Understood, answer: str, samples: Mapping[str, str]) -> str | None:
    """Return the key of a fault when a remark on this answer would never be seen; None when it can be seen.

    It is never seen when the answer is right, or when nobody can give it.
    """
    number = question.get("number")
    if number is not None and quiz.value(answer) is None:
        return "remark-number"
    accepts = [item if isinstance(item, dict) else {"": item} for item in question.get("accepts") or () if item]
    forms = tuple(Dual(form, form) for item in accepts for form in item.values())
    numbers = {name: question[name] for name in ("number", "tolerance") if name in question}
    record = Question("", accepts=forms, **numbers)

    def filled(words: Dual | str) -> str:
        text = words.v2 if isinstance(words, Dual) else words
        return render.fill(text, samples) or text

    return "remark-right" if quiz.accepts(record, filled(answer), filled) else None


def _same_remarks(document: Document, theirs: Document, language: str) -> None:
    """Check that an answer that has a remark in one language has one in the others, too."""
    mine = _understood(document)
    for id, words in _understood(theirs).items():
        for answer in words.get("remarks") or ():
            if id in mine and answer not in (mine[id].get("remarks") or ()) and not document.refused(("quiz", id)):
                document.fault_at_key(
                    ("quiz", id), "remark-lacking", name=short(answer), question=id, language=language
                )
