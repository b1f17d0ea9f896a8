"""What is closed behind ``with`` and ``async with``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self


class Closing(ABC):
    """Closed at the end of a block."""

    @abstractmethod
    def close(self) -> Any:
        """Ends it; what it answers with, if anything, is awaited behind ``async with``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        ended = self.close()
        if ended is not None:
            await ended
