# SPDX-License-Identifier: Apache-2.0
# asyncio with its tasks in Python, since the port has none in C.
ASYNCIO = ("__init__.py", "core.py", "event.py", "funcs.py", "lock.py", "stream.py", "task.py")
package("asyncio", ASYNCIO, base_path="$(MPY_DIR)/extmod", opt=3)  # noqa: F821 - makemanifest.py provides it
