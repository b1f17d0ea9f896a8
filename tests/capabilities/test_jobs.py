"""Workers that another program starts: JSON on standard input, one JSON object on standard output."""

import json
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from conftest import Script, start

WORKER = """
    import json, sys
    import treadle as tl
    job = json.load(sys.stdin)
    counts = tl.scan_csv(job["input"]).group_by(job["by"]).agg(tl.count("id").alias("events")).collect()
    counts.write_csv(job["output"])
    json.dump({"rows": counts.height, "output": job["output"]}, sys.stdout)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / 'it\'s a "log" ünïcode $HOME.csv'
    pd.DataFrame({"level": ["INFO", "ERROR", "INFO"], "id": range(3)}).to_csv(path, index=False)
    return path


def test_a_worker_answers_with_one_json_object(script: Script, log: Path, tmp_path: Path) -> None:
    """Names with spaces, quotes and signs of the shell arrive unharmed; nothing else is on standard output."""
    out = tmp_path / "out 1.csv"
    ran = script(WORKER, stdin=json.dumps({"input": str(log), "by": "level", "output": str(out)}))
    assert ran.answer == {"rows": 2, "output": str(out)}
    assert pd.read_csv(out).set_index("level").events.to_dict() == {"INFO": 2, "ERROR": 1}


def test_a_worker_that_fails_says_why_on_standard_error(script: Script, tmp_path: Path) -> None:
    """A missing file: an exit code that is not 0, its name on standard error, nothing on standard output, no output."""
    job = {"input": str(tmp_path / "missing.csv"), "by": "level", "output": str(tmp_path / "out.csv")}
    ran = script(WORKER, stdin=json.dumps(job))
    assert ran.code != 0
    assert "missing.csv" in ran.stderr
    assert ran.stdout == ""
    assert not (tmp_path / "out.csv").exists()


def test_the_command_takes_a_job_from_standard_input(program: Path, log: Path, tmp_path: Path) -> None:
    """`treadle run -` prints one JSON object, also when the job fails; the exit code tells which."""
    job = {
        "source": {"csv": log.name},
        "steps": [{"group_by": ["level"], "agg": {"events": "count(*)"}}],
        "sinks": [{"table": "counts"}],
    }
    ran = start([str(program), "run", "-"], tmp_path, json.dumps(job))
    assert ran.answer["status"] == "ok"
    assert sorted(ran.answer["sinks"][0]["rows"]) == [["ERROR", 1], ["INFO", 2]]
    job["source"] = {"csv": "missing.csv"}
    ran = start([str(program), "run", "-"], tmp_path, json.dumps(job))
    assert ran.code != 0
    assert "missing.csv" in ran.stderr
    assert json.loads(ran.stdout)["status"] == "error"


def catches(pid: int, fault: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return bool(caught >> (fault - 1) & 1)


@pytest.mark.parametrize("fault", [signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGBUS, signal.SIGILL])
def test_a_fault_in_native_code_is_never_silent(program: Path, fault: signal.Signals) -> None:
    """A worker that crashes while it waits for its job ends by itself, not with 0, and says why on standard error."""
    worker = subprocess.Popen(
        [str(program), "run", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not catches(worker.pid, fault):  # until it watches
        assert worker.poll() is None
    worker.send_signal(fault)
    out, said = worker.communicate(timeout=300)
    assert worker.returncode == 70
    assert fault.name in said
    assert said.startswith("treadle: InternalError: a fault in native code")
    assert out == ""


def test_a_fault_in_a_worker_process_fails_its_task_and_is_told(script: Script) -> None:
    """A segmentation fault in a function in a worker process: its traceback, an exception, and work goes on."""
    ran = script(
        """
        import ctypes, json
        import treadle

        def crash(x):
            return ctypes.string_at(0)

        with treadle.config.set(scheduler="processes", num_workers=1):
            try:
                treadle.delayed(crash)(1).compute()
            except treadle.errors.WorkerCrashed as error:
                said = str(error)
            print(json.dumps([said, treadle.delayed(abs)(-1).compute()]))
        """
    )
    said, after = ran.answer
    assert after == 1
    assert "crash" in said
    assert "SIGSEGV" in said
    assert "Segmentation fault" in ran.stderr
