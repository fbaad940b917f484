"""The line of a model's BUILD file by which a released model is packaged; see `released_model` in
`build-support/macros.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from mooring.bundle.manifest import Runtime

_MACRO = "released_model"

# The lock in `3rdparty/python` that serves a runtime; the macro's own default needs no word.
_LIBRARIES: Mapping[Runtime, str] = {"onnx": "", "skops": 'libraries="service-skops"'}


def packaged(build: str, runtime: Runtime) -> str:
    """The text of `models/<name>/BUILD` with a champion of that runtime packaged.

    Only that line is touched, and a text that says so already stays as it is, as does one that
    cannot be parsed: Pants says more about it.

    >>> print(packaged("python_sources()\\n", "onnx"), end="")
    python_sources()
    released_model()
    >>> print(packaged("released_model()\\n", "skops"), end="")
    released_model(libraries="service-skops")
    """
    line = f"{_MACRO}({_LIBRARIES[runtime]})"
    try:
        calls = [call for call in map(_call, ast.parse(build).body) if call is not None]
    except SyntaxError:
        return build
    if not calls:
        end = "" if build.endswith("\n") or not build else "\n"
        return f"{build}{end}{line}\n"
    call, *_ = calls
    if ast.unparse(call) == ast.unparse(ast.parse(line)):
        return build
    lines = build.splitlines(keepends=True)
    before, after = lines[: call.lineno - 1], lines[call.end_lineno or call.lineno :]
    return "".join([*before, f"{line}\n", *after])


def _call(statement: ast.stmt) -> ast.Call | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == _MACRO:
        return call
    return None
