"""Ends `poe pipeline` at points of its steps, continues it, and compares with a run that was left alone.

Arguments: STEP:POINT..., POINT one of start, middle, end, term (SIGTERM in the middle); "all" means
every step with start, middle and end; "steps" the end of each step.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

PACKAGE = next(Path("src").iterdir()).name
records = import_module(f"{PACKAGE}.mlops.pipeline.records")
steps_of = import_module(f"{PACKAGE}.mlops.pipeline.step")
COMMAND = [sys.executable, "-m", f"{PACKAGE}.mlops.pipeline.run"]
WRITTEN = ["pipeline", "data/prepared", "models", "reports", "dvc.lock", "mlflow.db", "mlartifacts"]


def main() -> None:
    ran = [step.name for step in records.read_records()[-1].steps]
    expected = read_hashes()
    durations = {step.name: (step.ended - step.started).total_seconds() for step in last().steps}
    points = []
    for argument in sys.argv[1:]:
        if argument == "all":
            points += [(step, point) for step in ran for point in ("start", "middle", "end")]
        elif argument == "steps":
            points += [(step, "end") for step in ran]
        else:
            points.append(tuple(argument.split(":")))
    for step, point in points:
        reset()
        began = time.monotonic()
        stop_at(step, point, durations[step])
        expect_no_process()
        done = subprocess.run(COMMAND, capture_output=True, text=True)
        assert done.returncode == 0, f"{step} {point}: {done.stdout}{done.stderr}"
        first, second = records.read_records()
        expected_end = "stopped" if point == "term" else "killed"
        assert first.exit_reason == expected_end, f"{step} {point}: {first.exit_reason}"
        assert second.continues == first.run_id, f"{step} {point}: it does not continue"
        again = [one.name for one in second.steps if one.attempts]
        allowed = ran[ran.index(step) :]
        assert set(again) <= {*allowed}, f"{step} {point}: {again} ran again, not {allowed}"
        found = read_hashes()
        assert found == expected, f"{step} {point}: {found} instead of {expected}"
        print(f"{step} {point}: {', '.join(again)} again, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{len(points)} points, each equal to a run that was left alone")


def last():
    """The newest record in which steps ran."""
    return [record for record in records.read_records() if record.exit_reason == "finished"][-1]


def read_hashes() -> dict[str, str]:
    """What each step that changes nothing outside has written, by its name."""
    outside = {step.name for step in steps_of.list_steps() if step.order >= 50}
    return {step.name: step.output_hash for step in records.read_records()[-1].steps if step.name not in outside}


def reset() -> None:
    for name in WRITTEN:
        path = Path(name)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def stop_at(step: str, point: str, duration: float) -> None:
    with Path("stopped.txt").open("wb") as output:
        process = subprocess.Popen(COMMAND, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    wait_for(lambda: f"{step}: runs" in Path("stopped.txt").read_text("utf-8"), process)
    if point in ("middle", "term"):
        time.sleep(duration / 2)
        expect_refused()
    if point == "end":
        wait_for(lambda: any(Path("pipeline/logs").glob(f"*/{step}.json")), process)
    process.send_signal(signal.SIGTERM if point == "term" else signal.SIGKILL)
    status = process.wait(60)
    assert status == (143 if point == "term" else -9), f"{step} {point}: {status}"


def expect_refused() -> None:
    """A second pipeline at the same time is refused with the id of the first."""
    running = records.read_records()[-1].run_id
    second = subprocess.run(COMMAND, capture_output=True, text=True)
    is_refused = second.returncode == 2 and f'run "{running}"' in second.stderr
    assert is_refused, f"{second.returncode}: {second.stdout}{second.stderr}"
    assert second.stderr.count("\n") == 1, second.stderr


def wait_for(is_there, process: subprocess.Popen) -> None:
    while not is_there():
        assert process.poll() is None, Path("stopped.txt").read_text("utf-8")
        time.sleep(0.002)


def expect_no_process() -> None:
    """No process of a step is left behind."""
    deadline = time.monotonic() + 15
    while left := find_processes():
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.1)


def find_processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if "step_process" in command and os.readlink(path / "cwd") == str(Path.cwd()):
                found.append(command)
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
