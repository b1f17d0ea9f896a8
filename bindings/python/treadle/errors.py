"""The exceptions of Treadle: each also is the built-in exception that a user of pandas would catch."""

import builtins
import functools
from typing import Any


class Error(Exception):
    """The base of every exception that Treadle's core raises."""


class InvalidArgument(Error, ValueError):
    """An argument, option or setting has a value that the call cannot take."""


class CycleError(InvalidArgument, RuntimeError):
    """A graph in which a task needs its own result; the message shows the way around."""


class TypeError(Error, builtins.TypeError):
    """An operation was asked to work on types that it does not work on."""


class NotFound(Error, KeyError):
    """A name that does not exist; the message suggests the nearest one that does."""

    def __str__(self) -> str:
        # KeyError would show the message in quotes.
        return Exception.__str__(self)


class ParseError(Error, ValueError):
    """Text (CSV, JSON, SQL) that is not of the form it should be; the message names the place."""


class DecodeError(ParseError, UnicodeDecodeError):
    """Bytes of a text file that stand for no character; the message names the place."""

    def __init__(self, message: str) -> None:
        UnicodeDecodeError.__init__(self, "", b"", 0, 0, message)
        self.args = (message,)

    def __str__(self) -> str:
        return str(self.args[0])


class IoError(Error, OSError):
    """The operating system or a store refused."""


class FileNotFound(IoError, FileNotFoundError):
    """No file has this name or matches this pattern."""


class NoFiles(FileNotFound, ValueError):
    """No file matches the patterns that files were asked for by."""


class OutOfMemory(Error, MemoryError):
    """The work does not fit its memory budget; the message names the operator and the setting."""


class Cancelled(Error):
    """The run was cancelled before it finished."""


class EngineLost(Error, ConnectionError):
    """The engine went away while work was under way."""


class TaskFailed(Error, RuntimeError):
    """A task threw what is no exception of Treadle or Python."""


class WorkerCrashed(TaskFailed):
    """A worker process died while it ran a function; the message names the function."""


class InternalError(Error, RuntimeError):
    """A fault of Treadle's own. Please report it."""


class NotThereYet(NotImplementedError, AttributeError):
    """A name of Dask's or pandas' that Treadle does not have; the message says what to use instead."""


def __getattr__(name: str) -> Any:
    if name == "LinAlgError":
        return _linear_algebra_error()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def _linear_algebra_error() -> type[InvalidArgument]:
    # NumPy is there when this is raised, and is not imported before.
    from numpy.linalg import LinAlgError as NumPysError

    class LinAlgError(InvalidArgument, NumPysError):
        """A matrix that is singular, or not positive definite where it has to be."""

    LinAlgError.__qualname__ = "LinAlgError"
    return LinAlgError
