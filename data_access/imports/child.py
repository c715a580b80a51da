"""Reads a file in a child process with limits on time and memory, so that no upload can stall the app."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from data_access.clock import frozen, now
from data_access.imports.errors import FileRefused, Problem, Problems, refuse
from data_access.imports.mapping import Mapping
from data_access.imports.staging import Staged, new_folder, stage_file
from data_access.settings import ROOT


@dataclass(frozen=True)
class Limits:
    """What the child may use: wall-clock and CPU seconds, address space, size of the unpacked workbook."""

    seconds: int
    memory_bytes: int
    unpacked_bytes: int


UPLOAD_LIMITS = Limits(seconds=10, memory_bytes=1 << 30, unpacked_bytes=100 << 20)
FILE_LIMITS = Limits(seconds=600, memory_bytes=4 << 30, unpacked_bytes=500 << 20)


def stage_in_child(
    kind: str, path: Path, *, file_name: str, mapping: Mapping | None, ignore_extra: bool, limits: Limits
) -> Staged:
    """Stage a file as ``stage_file`` does, in a child; a child that dies or is late is ``too_slow``."""
    folder = new_folder()
    request = {
        "kind": kind, "path": str(path), "file_name": file_name, "mapping": asdict(mapping) if mapping else None,
        "ignore_extra": ignore_extra, "folder": str(folder), "limits": asdict(limits), "now": now().isoformat(),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-m", "data_access.imports.child"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=limits.seconds,
            cwd=ROOT,
            check=False,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        answer = None
    if answer is None or "problems" in answer:
        shutil.rmtree(folder, ignore_errors=True)
        if answer is None:
            raise refuse("too_slow", expected=f"{limits.seconds} s")
        raise FileRefused(Problems([Problem(**problem) for problem in answer["problems"]], answer["count"]))
    return Staged(**{**answer, "path": Path(answer["path"]), "present": frozenset(answer["present"])})


def main() -> None:
    """Answer one request on standard input with one JSON object on standard output."""
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    mapping = Mapping(**request["mapping"]) if request["mapping"] else None
    with ExitStack() as stack:
        stack.enter_context(frozen(datetime.fromisoformat(request["now"])))
        try:
            staged = stage_file(
                request["kind"],
                Path(request["path"]),
                file_name=request["file_name"],
                mapping=mapping,
                ignore_extra=request["ignore_extra"],
                folder=Path(request["folder"]),
                unpacked_bytes=limits.unpacked_bytes,
            )
        except FileRefused as refused:
            answer = {
                "problems": [asdict(problem) for problem in refused.problems.shown],
                "count": refused.problems.count,
            }
        else:
            answer = {**asdict(staged), "path": str(staged.path), "present": sorted(staged.present)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
