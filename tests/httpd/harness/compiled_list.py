# SPDX-License-Identifier: Apache-2.0
"""compile_list(entry...): the bytes of a compiled list, as the tests of the tool write them."""
import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "acl_image", Path(__file__).resolve().parents[2] / "tool" / "acl_image.py")
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
compile_list = _module.compile_list
