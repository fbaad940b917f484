"""ONNX Runtime, told to report nothing; import it from here and from nowhere else.

Since 1.32 its official Linux builds send events to their makers unless they are told not to: the
mere import made a device id and a database of events under the home's cache (seen with 1.32.0).
The library reads the variable once, when it is loaded.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
