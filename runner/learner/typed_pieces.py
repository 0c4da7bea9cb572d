"""A command of the lesson that a student types in more than one go: `a`, and then `b`, where it is `a && b`.

The pieces count as the whole: each is compared with what is left of it, and what they print is one output.
"""

from __future__ import annotations

from dataclasses import replace

from runner.learner import near_miss
from runner.learner.near_miss import Remark
from runner.records.results import CommandResult


class TypedPieces:
    """What has been typed so far of the command of a step."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self.remarks: tuple[Remark, ...] = ()  # on the words of the piece that was taken last
        self.forget()

    def forget(self) -> None:
        """Begin again: what was typed so far was undone, or the course types the whole command."""
        self.left = self._output = ""  # what is left of the command after a typed beginning of it, as it is written

    @property
    def is_slip(self) -> bool:
        """Tell whether the piece that was taken last is the lesson's but for a word or two."""
        return bool(self.remarks) and near_miss.is_about(self.remarks)

    def take(self, typed: CommandResult) -> CommandResult:
        """Take a command that was typed. Where it goes on from pieces before it, return them as one.

        That has the output of all, and the lesson's words when they are all there.
        """
        whole, words = self._wanted, typed.command
        self.remarks = near_miss.remarks(whole, words) if words else ()
        if self.left and self.remarks and not near_miss.rest(whole, words):  # else it begins again
            remarks = near_miss.remarks(self.left, words)
            if near_miss.is_about(remarks):
                self.remarks, whole = remarks, self.left
                command = words if remarks else self._wanted
                typed = replace(typed, command=command, output=self._output + typed.output)
        if left := near_miss.rest(whole, words):
            self.left, self._output = left, typed.output
        return typed
