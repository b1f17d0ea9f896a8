"""Objects that live with the workers: their methods are called one after the other, and may change them."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from treadle.distributed.future import run_coroutine


class ActorFuture:
    """The answer of an actor's method, which may not be there yet."""

    def __init__(self, answer: ThreadFuture[Any]) -> None:
        self._answer = answer

    def result(self, timeout: float | None = None) -> Any:
        """Waits for it; raises what the method raised."""
        return self._answer.result(timeout)

    def done(self) -> bool:
        return self._answer.done()

    def __await__(self) -> Generator[Any, Any, Any]:
        return asyncio.wrap_future(self._answer).__await__()

    def __repr__(self) -> str:
        return f"<ActorFuture: {'finished' if self.done() else 'pending'}>"


class Actor:
    """The handle of an object: attributes are its attributes as they are now, methods answer with ActorFutures."""

    def __init__(self, instance: Any, key: str) -> None:
        self._instance = instance
        self._cls = type(instance)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="treadle-actor")
        self.key = key

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if callable(getattr(self._cls, name, None)):
            return lambda *args, **kwargs: self._call(name, args, kwargs)
        return self._thread.submit(getattr, self._instance, name).result()

    def _call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ActorFuture:
        def call() -> Any:
            answer = getattr(self._instance, name)(*args, **kwargs)
            return run_coroutine(answer) if asyncio.iscoroutine(answer) else answer

        return ActorFuture(self._thread.submit(call))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._cls)})

    def __repr__(self) -> str:
        return f"<Actor: {self._cls.__name__}, key={self.key}>"

    def __reduce__(self) -> Any:
        raise TypeError(f"the actor {self.key} stays in its process")
