"""A small scenario to write into files: a branch, a post, a shift, one member."""

import json
from pathlib import Path
from typing import Any

SET_UP: list[dict[str, Any]] = [
    {"at": "2026-01-01T00:00:00+08:00", "do": "policy", "effective_on": "2020-01-01"},
    {"do": "unit", "code": "COL", "name": "学院党委", "kind": "college"},
    {
        "do": "unit",
        "code": "LAW",
        "name": "法学支部",
        "kind": "branch",
        "parent": "COL",
        "branch_kind": "student",
    },
    {"do": "post", "code": "P1", "name": "图书馆岗", "unit": "LAW"},
    {
        "do": "member",
        "student_no": "m1",
        "name": "王小明",
        "unit": "LAW",
        "stage": "probationary",
        "probation_start": "2025-11-20",
    },
    {
        "do": "shift",
        "code": "S1",
        "post": "P1",
        "start": "2026-03-02T08:00:00+08:00",
        "end": "2026-03-02T12:00:00+08:00",
    },
    {"at": "2026-03-02T08:00:00+08:00", "do": "check_in", "member": "m1", "post": "P1"},
    {"at": "2026-03-02T12:00:00+08:00", "do": "check_out", "member": "m1", "post": "P1"},
]
HOLDS: list[dict[str, Any]] = [
    {"do": "expect", "member": "m1", "net": 240, "hours": "4.00", "lost": {}},
    {"do": "expect", "visit": "m1@S1", "state": "confirmed", "grade": "B", "flags": []},
]


def written(folder: Path, *lines: dict[str, Any] | str, set_up: bool = True) -> Path:
    """Write a scenario file and return its path."""
    path = folder / "story.jsonl"
    every = [*(SET_UP if set_up else []), *lines]
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in every]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path
