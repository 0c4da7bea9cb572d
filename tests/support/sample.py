"""Samples of what there is too much of, drawn by a seed that is printed."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")
SEED = os.environ.setdefault("SEMDOCKER_SEED", str(random.randrange(10**6)))  # the processes we start draw the same

everything = bool(os.environ.get("whole"))  # noqa: SIM112 -- what .ci/run says when no sample is wanted, but all


def of(population: Sequence[Item], share: float, name: str) -> list[Item]:
    """Return a share of them in their order, at least one. The same seed and name give the same sample."""
    if everything:
        return list(population)
    count = max(1, round(len(population) * share))
    chosen = random.Random(f"{SEED} {name}").sample(range(len(population)), min(count, len(population)))
    return [population[index] for index in sorted(chosen)]
