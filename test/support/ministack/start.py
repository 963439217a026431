"""Starts MiniStack with the shims beside this file. All its options are environment variables (see ministack.ts)."""

import importlib.util
from pathlib import Path

import ministack.app

SHIMS = Path(__file__).parent / "shims"

for path in sorted(SHIMS.glob("*.py")):
    spec = importlib.util.spec_from_file_location(f"shims.{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be loaded")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

ministack.app.main()
