"""Work under way: threads, Ctrl-C, forks, the end of the interpreter."""

import os
import signal
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest
from treadle import _core

# A sort of random numbers by themselves: long enough to be interrupted, native all through.
LONG_WORK = """
import numpy as np, pyarrow as pa
from treadle import _core
rng = np.random.default_rng(1)
numbers = pa.table({"a": rng.random(30_000_000)})
frame = _core.from_table(_core.Table.from_arrow(numbers)).sort([("a", False, False)])
"""


def small_frame() -> _core.DataFrame:
    return _core.from_table(_core.Table.from_arrow(pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]})))


def test_tables_cross_the_arrow_stream_both_ways() -> None:
    table = pa.table({"a": [1, None, 3], "b": ["x", None, "z"], "c": [1.5, 2.5, None]})
    assert pa.table(_core.Table.from_arrow(table)).equals(table)
    with pytest.raises(TypeError, match=r"__arrow_c_stream__.*int"):
        _core.Table.from_arrow(3)


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
@pytest.mark.parametrize("workers", [1, 2, 8])
def test_engines_agree(scheduler: str, workers: int) -> None:
    options = _core.ComputeOptions(scheduler=scheduler, num_workers=workers, working_memory=4 << 20)
    total = small_frame().select([_core.col("a").sum()])
    assert pa.table(_core.compute([total, total], options)[1]).to_pydict() == {"a": [6]}


def test_other_threads_run_while_work_is_under_way() -> None:
    seen: list[int] = []
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            seen.append(len(seen))
            time.sleep(0)

    thread = threading.Thread(target=count)
    frame = _core.from_table(_core.Table.from_arrow(pa.table({"a": list(range(2_000_000, 0, -1))})))
    thread.start()
    try:
        before = len(seen)
        _core.compute([frame.sort([("a", False, False)])], _core.ComputeOptions())
        assert len(seen) > before
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_an_interrupt_gives_control_back(scheduler: str) -> None:
    code = (
        LONG_WORK
        + f"""
try:
    print("ready", flush=True)
    _core.compute([frame], _core.ComputeOptions(scheduler="{scheduler}"))
    print("finished")
except KeyboardInterrupt:
    print("interrupted")
few = _core.from_table(_core.Table.from_arrow(numbers.slice(0, 3)))
print(pa.table(_core.compute([few], _core.ComputeOptions(scheduler="{scheduler}"))[0]).num_rows)
"""
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().split() == ["interrupted", "3"]
        assert process.wait() == 0


def test_a_forked_child_has_an_engine_of_its_own() -> None:
    total = small_frame().select([_core.col("a").sum()])
    _core.compute([total], _core.ComputeOptions(num_workers=2))
    child = os.fork()
    if child == 0:
        answer = pa.table(_core.compute([total], _core.ComputeOptions(num_workers=2))[0]).to_pydict()
        os._exit(0 if answer == {"a": [6]} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_interpreter_ends_while_work_runs() -> None:
    code = (
        LONG_WORK
        + """
import threading, treadle
def work():
    try:
        _core.compute([frame], _core.ComputeOptions())
    except treadle.errors.Cancelled:
        pass
threading.Thread(target=work, daemon=True).start()
reader = _core.batches(frame, _core.ComputeOptions())
import time; time.sleep(0.2)
print("over", flush=True)
"""
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


def test_the_interpreter_ends_although_a_call_does_not() -> None:
    code = """
import sys, time
from treadle.distributed import Client
begun = []
def stuck(x):
    begun.append(x)
    while True:
        time.sleep(3600)
future = Client(processes=False).submit(stuck, 1)
while not begun:
    time.sleep(0.001)
sys.exit(5)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (5, "", "")


def test_batches_come_in_order_and_end() -> None:
    frame = _core.from_table(_core.Table.from_arrow(pa.table({"a": list(range(300_000))})))
    values: list[int] = []
    for batch in _core.batches(frame, _core.ComputeOptions()):
        values += pa.table(batch).column("a").to_pylist()
    assert values == list(range(300_000))
