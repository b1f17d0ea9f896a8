"""Results that may not be there yet."""

from __future__ import annotations

import asyncio
import collections
import threading
import time
from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from treadle import _core, scheduling
from treadle import default_client as defaults
from treadle.base import is_lazy

if TYPE_CHECKING:
    from treadle.distributed.demands import Demand


def seconds_of(timeout: Any) -> float | None:
    """A timeout as a number of seconds: ``"500ms"``, ``2``, None."""
    if timeout is None or isinstance(timeout, (int, float)):
        return timeout
    if hasattr(timeout, "total_seconds"):
        return float(timeout.total_seconds())
    text = str(timeout).replace(" ", "")
    units = {"ms": 1e-3, "us": 1e-6, "minutes": 60.0, "min": 60.0, "m": 60.0, "hours": 3600.0, "h": 3600.0, "s": 1.0}
    units["seconds"] = 1.0
    for unit in sorted(units, key=len, reverse=True):
        if text.endswith(unit):
            return float(text[: -len(unit)]) * units[unit]
    return float(text)


class _Released:
    """The state of a future that let go of its result."""

    status = "cancelled"
    redo = None

    def wait(self, seconds: float | None = None) -> bool:
        return True

    def exception(self) -> None:
        return None

    def cancel(self) -> None:
        pass

    def help(self) -> bool:
        return False

    def on_end(self, callback: Callable[[], Any]) -> None:
        callback()

    def blocks(self) -> _core.Blocks:
        raise CancelledError("the future was released")


_RELEASED: Any = _Released()


def _state_of(key: str, client: Any) -> _core.FutureState:
    """That of the future that somebody holds by this key. KeyError."""
    known = client.futures.get(key)
    if known is None:
        raise KeyError(f"no future of the client has the key {key!r}")
    state: _core.FutureState = known._state
    return state


def brought_together(futures: list[Future]) -> list[Any]:
    """The results of finished futures, all in memory. MemoryError, before they are, if they do not fit there."""
    client = futures[0].client
    if client is not None and client.status == "running":
        options, _ = client._options({})
    else:
        options, _ = scheduling.options(scheduler="sync")
    return _core.gather([future._state for future in futures], options)


class Future:
    """The result of a call that was started. When the last one of a result dies, the result is released; work that
    has not finished is given up."""

    __slots__ = ("__weakref__", "_again", "_reason", "_redo", "_released", "_state", "_trace", "client", "key")

    def __init__(self, key: str, client: Any = None, state: _core.FutureState | None = None) -> None:
        self.key = key
        self.client: Any = client or (defaults.default_client() if state is None else None)
        self._state: _core.FutureState = _state_of(key, self.client) if state is None else state
        self._released = False
        self._redo: Callable[[], _core.FutureState] | None = None
        self._again: tuple[int, Demand | None] = 0, None  # priority and demand of a call, to make it again
        self._reason = ""
        self._trace: tuple[BaseException, TracebackType | None] | None = None

    @property
    def executor(self) -> Any:
        """The client."""
        return self.client

    @property
    def status(self) -> str:
        """pending, finished, error, cancelled, or lost: its client was closed before it was there."""
        status = self._state.status
        closed = self.client is not None and self.client.status == "closed"
        return "lost" if closed and status in ("pending", "cancelled") and not self._released else status

    @property
    def type(self) -> Any:
        """The type of the result, once it is there."""
        return type(self._state.value()) if self._state.status == "finished" else None

    def done(self) -> bool:
        return self._state.status != "pending"

    def cancelled(self) -> bool:
        return self._state.status == "cancelled"

    def cancel(self, reason: Any = None, msg: Any = None, **kwargs: Any) -> Any:
        """Gives the work up unless it has ended; what depends on it is cancelled, too. The error of who asks for the
        result says why."""
        self._give_up(reason, msg)
        return self._answer(None)

    def _give_up(self, reason: Any, msg: Any) -> None:
        self._reason = ": ".join(str(one) for one in (reason, msg) if one is not None)
        self._state.cancel()

    def release(self) -> None:
        """Lets go of the result: the future is cancelled from now on."""
        if not self._released:
            self._released = True
            self._state, state = _RELEASED, self._state
            state.cancel()
            if self.client is not None:
                self.client._let_go(self)

    def retry(self, **kwargs: Any) -> Any:
        """Runs a call that failed again."""
        call = self._state.redo
        if self._redo is not None:
            self._state = self._redo()
        elif call is not None:
            self._state = self.client._make_call(*call, self.key, *self._again)
        else:
            raise ValueError(f"{self.key}: only a call that was submitted can be run again")
        return self._answer(None)

    def result(self, timeout: Any = None) -> Any:
        """Waits for the result. Raises what the call raised, CancelledError, or TimeoutError."""
        if self._asynchronous():
            return self._result()
        self._wait(timeout)
        return self._get()

    def exception(self, timeout: Any = None, **kwargs: Any) -> Any:
        """Waits; what the call raised, or None."""
        if self._asynchronous():
            return self._after(self._error)
        self._wait(timeout)
        return self._error()

    def traceback(self, timeout: Any = None, **kwargs: Any) -> Any:
        """Waits; the traceback of what the call raised, or None."""
        self._wait(timeout)
        error = self._error()
        return None if error is None else error.__traceback__

    def _raised(self) -> BaseException | None:
        """What the call raised, with the lines of the call, whoever raised it again meanwhile."""
        error = self._state.exception()
        if error is None:
            return None
        if self._trace is None or self._trace[0] is not error:
            self._trace = error, own_lines(error.__traceback__)
        return error.with_traceback(self._trace[1])

    def _wait(self, timeout: Any) -> None:
        if not self._state.wait(seconds_of(timeout)):
            raise FutureTimeout(f"{self.key}: no result after {timeout} seconds")

    def _error(self) -> BaseException | None:
        return self._cancelled() if self.cancelled() else self._raised()

    def _cancelled(self) -> CancelledError:
        lost = ": the client was closed before its result was there" if self.status == "lost" else ""
        return CancelledError(f"{self.key}{lost}{f': {self._reason}' if self._reason else ''}")

    def _get(self) -> Any:
        status = self._state.status
        if status == "finished":
            return self._state.value() if self._state.in_memory else brought_together([self])[0]
        if status == "cancelled":
            raise self._cancelled()
        error = self._raised()
        assert error is not None
        raise error

    def add_done_callback(self, fn: Callable[[Future], Any]) -> None:
        """Calls ``fn(future)`` once it has ended, in the thread that ends it; at once if it has ended."""
        self._state.on_end(lambda: fn(self))

    # await

    def _asynchronous(self) -> bool:
        return self.client is not None and self.client.asynchronous

    def _answer(self, value: Any) -> Any:
        return _ready(value) if self._asynchronous() else value

    async def _after(self, then: Callable[[], Any]) -> Any:
        await self._ended()
        return then()

    async def _ended(self) -> None:
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def end() -> None:
            if not ended.done():
                ended.set_result(None)

        def tell() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(end)

        self._state.on_end(tell)
        await ended

    async def _result(self) -> Any:
        await self._ended()
        return self._get()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._result().__await__()

    # As an argument of lazy calls, and of lazy collections' compute().
    def __treadle_blocks__(self) -> tuple[_core.Blocks, None]:
        return self._state.blocks(), None

    def __treadle_tokenize__(self) -> str:
        return self.key

    # What it names stays the same, also when it is released or run again.
    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Future) and self.key == other.key and self.client is other.client

    def __repr__(self) -> str:
        kind = f", type: {self.type.__module__}.{self.type.__qualname__}" if self.status == "finished" else ""
        return f"<Future: {self.status}{kind}, key: {self.key}>"

    def _repr_html_(self) -> str:
        from treadle.distributed.show import future_html

        return future_html(self)

    def __reduce__(self) -> Any:
        raise TypeError(f"the future {self.key} stays in its process: give its result, or pass it to submit()")


_core.set_future_type(Future)


def own_lines(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the lines by which a call was made; all of it if nothing else is there."""
    at = trace
    while at is not None and at.tb_frame.f_globals.get("__name__") == "treadle.distributed.in_task":
        at = at.tb_next
    return at or trace


async def _ready(value: Any) -> Any:
    return value


class DoneAndNotDoneFutures(NamedTuple):
    """Futures that have ended, and those that have not."""

    done: set[Future]
    not_done: set[Future]


def _futures_of_lazy(collection: Any) -> list[Future]:
    """Those that it, or what it is made of, waits for: of persisted collections, and of futures among arguments."""
    client = defaults.default_client_or_none()
    blocks = collection.__treadle_blocks__()[0]
    return [Future(f"{blocks.key}-{i}", client, state) for i, state in enumerate(_core.futures_below(blocks))]


def flat(futures: Any) -> list[Future]:
    """The futures in nested containers, and those of lazy collections."""
    if isinstance(futures, Future):
        return [futures]
    if is_lazy(futures):
        return _futures_of_lazy(futures)
    if isinstance(futures, dict):
        futures = futures.values()
    if isinstance(futures, (str, bytes)) or not isinstance(futures, Iterable):
        return []
    return [one for some in futures for one in flat(some)]


def wait(fs: Any, timeout: Any = None, return_when: str = "ALL_COMPLETED") -> Any:
    """Waits for futures: for all, or for the first (``return_when="FIRST_COMPLETED"``). TimeoutError."""
    if isinstance(timeout, (Future, list, tuple)):
        raise ValueError(
            f"wait: timeout: expected a number of seconds, found a {type(timeout).__name__}; several "
            "futures are given as a list"
        )
    futures = flat(fs)
    if any(future._asynchronous() for future in futures):
        return _wait_asynchronously(futures, timeout, return_when)
    seconds = seconds_of(timeout)
    if return_when == "FIRST_COMPLETED":
        if futures:
            as_completed(futures).next(seconds)
    elif return_when == "ALL_COMPLETED":
        deadline = None if seconds is None else time.monotonic() + seconds
        for future in futures:
            if not future._state.wait(None if deadline is None else max(0.0, deadline - time.monotonic())):
                raise _too_late(futures, timeout)
    else:
        raise NotImplementedError(f"return_when: expected ALL_COMPLETED or FIRST_COMPLETED, found {return_when!r}")
    return _sorted_out(futures)


async def _wait_asynchronously(futures: list[Future], timeout: Any, return_when: str) -> DoneAndNotDoneFutures:
    first = return_when == "FIRST_COMPLETED"
    tasks = [asyncio.ensure_future(future._ended()) for future in futures]
    done, left = await asyncio.wait(
        tasks,
        timeout=seconds_of(timeout),
        return_when=asyncio.FIRST_COMPLETED if first else asyncio.ALL_COMPLETED,
    )
    for task in left:
        task.cancel()
    if left and (not first or not done):
        raise _too_late(futures, timeout)
    return _sorted_out(futures)


def _too_late(futures: list[Future], timeout: Any) -> FutureTimeout:
    left = sum(not future.done() for future in futures)
    return FutureTimeout(f"{left} of {len(futures)} futures have not ended after {timeout} seconds")


def _sorted_out(futures: list[Future]) -> DoneAndNotDoneFutures:
    done = {future for future in futures if future.done()}
    return DoneAndNotDoneFutures(done, {future for future in futures if future not in done})


class as_completed:
    """Futures in the order in which they end; more may be added meanwhile.

    ``with_results``: each with its result; of a call that failed, unless ``raise_errors``, with what it raised as
    ``(type, exception, traceback)``.
    """

    def __init__(
        self,
        futures: Iterable[Future] | None = None,
        loop: Any = None,
        with_results: bool = False,
        raise_errors: bool = True,
        *,
        timeout: Any = None,
    ) -> None:
        self._changed = threading.Condition()
        self._ended: collections.deque[Future] = collections.deque()
        self._pending: collections.Counter[Future] = collections.Counter()
        self.with_results = with_results
        self.raise_errors = raise_errors
        seconds = seconds_of(timeout)
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self.update(list(futures or []))

    def add(self, future: Future) -> None:
        """One more to wait for."""
        with self._changed:
            self._pending[future] += 1
        future._state.on_end(lambda: self._end(future))

    def update(self, futures: Iterable[Future]) -> None:
        """Several more to wait for."""
        for future in futures:
            self.add(future)

    def _end(self, future: Future) -> None:
        with self._changed:
            if not self._pending[future]:
                return  # forgotten
            self._pending[future] -= 1
            if not self._pending[future]:
                del self._pending[future]
            self._ended.append(future)
            self._changed.notify_all()

    def count(self) -> int:
        """How many have not been handed out."""
        with self._changed:
            return self._pending.total() + len(self._ended)

    def has_ready(self) -> bool:
        return bool(self._ended)

    def is_empty(self) -> bool:
        return self.count() == 0

    def clear(self) -> None:
        """Forgets the futures."""
        with self._changed:
            self._pending.clear()
            self._ended.clear()

    def __iter__(self) -> Self:
        return self

    def __aiter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        if self.is_empty():
            raise StopIteration
        left = None if self._deadline is None else max(0.0, self._deadline - time.monotonic())
        return self.next(left)

    async def __anext__(self) -> Any:
        if self.is_empty():
            raise StopAsyncIteration
        while not self._ended:
            if self._deadline is not None and time.monotonic() >= self._deadline:
                raise FutureTimeout(f"{self.count()} futures have not ended in time")
            await asyncio.sleep(0.001)
        return self._handed(self._ended.popleft())

    def next(self, timeout: Any = None) -> Any:
        """The next one, or with ``with_results`` it and its result. StopIteration if none is left; TimeoutError."""
        if self.is_empty():
            raise StopIteration
        seconds = seconds_of(timeout)
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._ended:
            if self._help():
                continue
            left = 0.05 if deadline is None else min(0.05, deadline - time.monotonic())
            if left <= 0:
                raise FutureTimeout(f"no future has ended after {timeout} seconds")
            with self._changed:
                self._changed.wait_for(lambda: self._ended, left)
        return self._handed(self._ended.popleft())

    def _help(self) -> bool:
        """In a task: works on one of them, so that its thread is not lost to them."""
        with self._changed:
            pending = list(self._pending)
        return any(future._state.help() for future in pending)

    def _handed(self, future: Future) -> Any:
        if not self.with_results:
            return future
        error = future._raised()
        if error is not None and not self.raise_errors:
            return future, (type(error), error, error.__traceback__)
        return future, future._get()

    def next_batch(self, block: bool = True) -> list[Any]:
        """All that have ended; waits for one if none has and ``block``."""
        batch = [self.next()] if block else []
        while self._ended:
            batch.append(self._handed(self._ended.popleft()))
        return batch

    def batches(self) -> Iterator[list[Any]]:
        """All that have ended, batch by batch."""
        while not self.is_empty():
            yield self.next_batch()


_forgotten: set[Future] = set()


def fire_and_forget(obj: Any) -> None:
    """Has work go on whose futures nobody keeps."""
    for future in flat(obj):
        _forgotten.add(future)
        future.add_done_callback(_forgotten.discard)


def run_coroutine(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine function that was submitted as a task."""
    return asyncio.run(coroutine)
