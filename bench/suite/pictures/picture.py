"""A picture of the report before it is drawn: its words need no matplotlib."""

from dataclasses import dataclass
from typing import Any, Callable


@dataclass(frozen=True)
class Picture:
    """name: of its files. questions: whose tables it draws. caption: what to see, from the data. alt: what it is."""

    name: str
    title: str
    questions: tuple[str, ...]
    caption: str
    alt: str
    draw: Callable[[], Any]
